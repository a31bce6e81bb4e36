"""``huicheng subscription``: who is told of changes, and what could not be delivered."""

import click

from huicheng.city.speaking import Terminal

out = Terminal(highlight=False)


@click.group()
def subscription() -> None:
    """Who is told of a resource's changes: signed webhooks, and what could not be delivered."""


@subscription.command("add")
@click.argument("resource")
@click.argument("url")
@click.option("--purpose", required=True, help="As its grant says.")
@click.option("--case", default="", help="The case it is for, where a grant asks for one.")
@click.option("--beginning", is_flag=True, help="Send every row there is first.")
def add(resource: str, url: str, purpose: str, case: str, beginning: bool) -> None:
    """Tell URL of the changes of RESOURCE, under the API key in HUICHENG_KEY for as long as that lives."""
    from huicheng.city import following

    following.add(out, resource, url, purpose=purpose, case=case, beginning=beginning)


@subscription.command("list")
def show() -> None:
    """List who is told of what."""
    from huicheng.city import following

    following.show(out)


@subscription.command("remove")
@click.argument("subscription_id")
def remove(subscription_id: str) -> None:
    """Tell nobody any more."""
    from huicheng.city import following

    following.remove(out, subscription_id)


@subscription.command("take")
@click.argument("subscription_id")
def take(subscription_id: str) -> None:
    """Let it stand for the API key in HUICHENG_KEY from now on, and go on where it stopped."""
    from huicheng.city import following

    following.take(out, subscription_id)


@subscription.command("dead")
def dead() -> None:
    """List messages that were given up."""
    from huicheng.city import following

    following.dead(out)


@subscription.command("replay")
@click.argument("messages", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every message that was given up.")
def replay(messages: tuple[str, ...], everything: bool) -> None:
    """Send given-up MESSAGES anew, under the same ids."""
    from huicheng.city import following

    following.replay(out, messages, everything=everything)


@subscription.command("pause")
@click.argument("subscription_id")
def pause(subscription_id: str) -> None:
    """Send nothing until it is resumed."""
    from huicheng.exchange.api import pause_subscription

    pause_subscription(subscription_id)
    out.print(f"[green]✓[/green] 订阅 {subscription_id} 已暂停")


@subscription.command("resume")
@click.argument("subscription_id")
def resume(subscription_id: str) -> None:
    """Go on; what changed meanwhile is sent as one step."""
    from huicheng.exchange.api import resume_subscription

    resume_subscription(subscription_id)
    out.print(f"[green]✓[/green] 订阅 {subscription_id} 已恢复")


@subscription.command("tries")
@click.argument("subscription_id")
@click.option("--limit", default=30, show_default=True)
def tries(subscription_id: str, limit: int) -> None:
    """List every try to send, and how it ended."""
    from huicheng.city import following

    following.tries(out, subscription_id, limit=limit)


commands = (subscription,)
