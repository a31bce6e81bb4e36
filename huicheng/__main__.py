"""``python -m huicheng`` is the command line."""

from huicheng.city.cli import main

if __name__ == "__main__":
    main()
