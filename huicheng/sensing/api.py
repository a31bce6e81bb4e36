"""The door of sensing 感知."""

from huicheng.sensing.watching import AlarmsRaised, AlarmView, alarm_counts, alarms, run_watch, watches

__all__ = ["AlarmView", "AlarmsRaised", "alarm_counts", "alarms", "run_watch", "watches"]
