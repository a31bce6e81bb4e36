import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huicheng.city.settings")
application = get_wsgi_application()

from huicheng.city.presence import be_present  # noqa: E402  (needs Django)

be_present("serve")
