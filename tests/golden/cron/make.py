#!/usr/bin/env python3
"""Writes next.tsv: cron expressions and the instants that follow, judged by brute force.

Nothing here is clever and nothing is shared with takt's own code: an expression becomes sets of
numbers, every instant (each minute, or each second where seconds count) is rendered in its zone by
Python's zoneinfo and asked whether the rules of actors/logic/cron.hpp make it a target. The only
short cut: a UTC day is passed over when neither its date nor the dates beside it match.

RESEARCH is a table of instants on which shipping implementations and the rules agree (written down
before there was an implementation); the brute force must give the same, or nothing is written.

    python3 tests/golden/cron/make.py            # writes next.tsv beside this file
"""

import calendar
import pathlib
import re
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
CORRECTION = timedelta(hours=3)
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()
MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}


# -- the dialect, by its definition ---------------------------------------------------------------


def number(text, names, base):
    return names.index(text.upper()) + base if text.upper() in names else int(text)


def values(field, low, high, names=(), base=0):
    """The numbers a field names: lists of *, n, a-b, each with /step; n/step is n-high/step."""
    out = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = (number(x, names, base) for x in span.split("-"))
        else:
            first = number(span, names, base)
            last = high if step else first
        assert low <= first <= last <= (7 if names is WEEKDAYS else high), field
        out.update(range(first, last + 1, int(step or 1)))
    return out


class Expression:
    def __init__(self, text):
        text = re.sub(r"H\((\d+)-\1\)", r"\1", MACROS.get(text, text))  # no choice left to H
        parts = text.replace("H/1 ", "*/1 ").split()
        if len(parts) == 5:
            parts = ["0"] + parts
        self.seconds = values(parts[0], 0, 59)
        self.minutes = values(parts[1], 0, 59)
        self.hours = values(parts[2], 0, 23)
        self.months = values(parts[4], 1, 12, MONTHS, 1)
        self.years = values(parts[6], 1970, 2199) if len(parts) == 7 else None
        self.wild = parts[1].startswith("*") or parts[2].startswith("*")
        self.both = parts[5].startswith("+")
        self.day, self.weekday = parts[3], parts[5].lstrip("+")
        self.known = {}

    def date_matches(self, d):
        if d not in self.known:
            self.known[d] = self.judge_date(d)
        return self.known[d]

    def judge_date(self, d):
        if d.month not in self.months or (self.years is not None and d.year not in self.years):
            return False
        if self.both:
            return self.day_matches(d) and self.weekday_matches(d)
        if self.weekday in "*?":
            return self.day_matches(d)
        if self.day in "*?":
            return self.weekday_matches(d)
        return self.day_matches(d) or self.weekday_matches(d)

    def day_matches(self, d):
        last = calendar.monthrange(d.year, d.month)[1]
        return any(self.day_item(item, d, last) for item in self.day.split(","))

    @staticmethod
    def day_item(item, d, last):
        workdays = [x for x in range(1, last + 1) if date(d.year, d.month, x).weekday() < 5]
        if item == "?":
            return True
        if item == "LW":
            return d.day == workdays[-1]
        if re.fullmatch(r"\d+W", item):
            wanted = int(item[:-1])
            nearest = min(workdays, key=lambda x: abs(x - wanted))
            return wanted <= last and d.day == nearest
        if item.startswith("L"):
            return d.day == last - int(item[2:] or 0)
        return d.day in values(item, 1, 31)

    def weekday_matches(self, d):
        last = calendar.monthrange(d.year, d.month)[1]
        today = d.isoweekday() % 7
        for item in self.weekday.split(","):
            if item == "?":
                return True
            if "#" in item:
                day, nth = item.split("#")
                hit = number(day, WEEKDAYS, 0) % 7 == today and (d.day - 1) // 7 + 1 == int(nth)
            elif item.endswith("L"):
                hit = number(item[:-1], WEEKDAYS, 0) % 7 == today and d.day + 7 > last
            else:
                hit = today in {v % 7 for v in values(item, 0, 6, WEEKDAYS, 0)}
            if hit:
                return True
        return False

    def matches(self, local):
        return (
            local.second in self.seconds
            and local.minute in self.minutes
            and local.hour in self.hours
            and self.date_matches(local.date())
        )


# -- zones and summer time, by the table of cron.hpp ----------------------------------------------


def is_target(expression, dst, local, before):
    """`local` is the instant judged, `before` the one a second earlier, both in the zone."""
    if expression.matches(local):
        if expression.wild or local.fold == 0 or dst == "all":
            return True
        first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
        if first - second >= CORRECTION:
            return True
    gap = local.utcoffset() - before.utcoffset()
    if expression.wild or dst == "skip" or not timedelta(0) < gap < CORRECTION:
        return False
    end = local.replace(tzinfo=None)
    missing = int(gap.total_seconds())
    return any(expression.matches(end - n * SECOND) for n in range(1, missing + 1))


def following(text, zone, dst, after, wanted=5):
    expression = Expression(text)
    place = timezone.utc if zone == "UTC" else ZoneInfo(zone)
    found = []
    day = after.date()
    end = date(max(expression.years) + 1, 1, 2) if expression.years else date.max
    while len(found) < wanted:
        near = [day + n * DAY for n in (-1, 0, 1) if day < date.max or n < 1]
        if any(expression.date_matches(d) for d in near):
            found += targets_of_day(expression, place, dst, day, after)
        if day >= end:
            break
        day += DAY
    return found[:wanted]


def targets_of_day(expression, place, dst, day, after):
    start = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    if place is timezone.utc:
        whole = True
    else:
        nearby = [(start + timedelta(hours=h)).astimezone(place) for h in range(-1, 25)]
        whole = all(x.utcoffset() % MINUTE == timedelta(0) for x in nearby)
    step = MINUTE if whole and expression.seconds == {0} else SECOND
    for n in range(int(DAY / step)):
        u = start + n * step
        if u <= after:
            continue
        local = u.astimezone(place)
        before = local if place is timezone.utc else (u - SECOND).astimezone(place)
        if is_target(expression, dst, local, before):
            yield u


# -- what is asked --------------------------------------------------------------------------------

# id, expression, zone, strictly after (local, first fold), the instants (UTC), rule
RESEARCH = """
A01|*/15 * * * *|UTC|2024-01-01T00:00|2024-01-01T00:15Z 2024-01-01T00:30Z|steps
A02|7-59/13 * * * *|UTC|2024-01-01T00:00|2024-01-01T00:07Z 2024-01-01T00:20Z|range with step
A03|5/20 * * * *|UTC|2024-01-01T00:00|2024-01-01T00:05Z 2024-01-01T00:25Z|n/s = n-max/s
A04|*/7 * * * *|UTC|2024-01-01T00:56|2024-01-01T01:00Z 2024-01-01T01:07Z|steps begin anew
A07|0 0 * * 0|UTC|2024-01-01T00:00|2024-01-07T00:00Z 2024-01-14T00:00Z|0 is Sunday
A08|0 0 * * 7|UTC|2024-01-01T00:00|2024-01-07T00:00Z 2024-01-14T00:00Z|7 is Sunday
A09|0 0 * * 5-7|UTC|2024-01-01T00:00|2024-01-05T00:00Z 2024-01-06T00:00Z|7 as a range's end
A10|0 0 * * sun,Tue|UTC|2024-01-01T00:00|2024-01-02T00:00Z 2024-01-07T00:00Z|names in any case
A11|0 0 1 JAN-MAR *|UTC|2024-03-01T00:00|2025-01-01T00:00Z 2025-02-01T00:00Z|names in ranges
A12|0 0 * * SUN-TUE|UTC|2024-01-01T00:00|2024-01-02T00:00Z 2024-01-07T00:00Z|SUN begins a range
A20|@daily|UTC|2024-01-01T10:00|2024-01-02T00:00Z 2024-01-03T00:00Z|alias
A21|@weekly|UTC|2024-01-01T10:00|2024-01-07T00:00Z 2024-01-14T00:00Z|alias
A22|@yearly|UTC|2024-01-01T10:00|2025-01-01T00:00Z 2026-01-01T00:00Z|alias
B01|0 0 13 * 5|UTC|2024-01-01T00:00|2024-01-05T00:00Z 2024-01-12T00:00Z|OR
B03|0 0 1-31 * 1|UTC|2024-01-01T00:00|2024-01-02T00:00Z 2024-01-03T00:00Z|OR: 1-31 is restricted
B05|0 0 1 * */2|UTC|2024-01-01T00:00|2024-01-02T00:00Z 2024-01-04T00:00Z|OR: */2 is restricted
B07|0 0 1 * ?|UTC|2024-01-01T00:00|2024-02-01T00:00Z 2024-03-01T00:00Z|? leaves it to the other
B08|0 0 29 2 +1|UTC|2024-01-01T00:00|2044-02-29T00:00Z 2072-02-29T00:00Z 2112-02-29T00:00Z|AND
B09|0 0 13 * +5|UTC|2024-01-01T00:00|2024-09-13T00:00Z 2024-12-13T00:00Z|AND
C01|0 0 29 2 *|UTC|2023-03-01T00:00|2024-02-29T00:00Z 2028-02-29T00:00Z|leap years
C05|0 0 31 * *|UTC|2024-01-31T12:00|2024-03-31T00:00Z 2024-05-31T00:00Z|months of 31 days
C07|0 0 L * *|UTC|2023-02-01T00:00|2023-02-28T00:00Z 2023-03-31T00:00Z|last day
C09|0 0 L-3 * *|UTC|2024-01-01T00:00|2024-01-28T00:00Z 2024-02-26T00:00Z|days before the last
C11|0 0 15W * *|UTC|2024-06-01T00:00|2024-06-14T00:00Z 2024-07-15T00:00Z|nearest weekday
C13|0 0 31W * *|UTC|2024-06-01T00:00|2024-07-31T00:00Z 2024-08-30T00:00Z|31W: not in months without a 31st
C15|0 0 * * 5#3|UTC|2024-01-01T00:00|2024-01-19T00:00Z 2024-02-16T00:00Z|third Friday
C17|0 0 * * 5#5|UTC|2024-01-01T00:00|2024-03-29T00:00Z 2024-05-31T00:00Z|fifth Friday
C19|0 0 29 2 */7|UTC|2024-01-01T00:00|2024-02-04T00:00Z 2024-02-11T00:00Z|OR: */7 is restricted
D01|30 2 * * *|America/New_York|2024-03-09T03:00|2024-03-10T07:00Z 2024-03-11T06:30Z|gap
D02|0 2 * * *|America/New_York|2024-03-09T03:00|2024-03-10T07:00Z 2024-03-11T06:00Z|gap's begin
D03|30 1 * * *|America/New_York|2024-11-02T02:00|2024-11-03T05:30Z 2024-11-04T06:30Z|fold
D04|0 1 * * *|America/New_York|2024-11-02T02:00|2024-11-03T05:00Z 2024-11-04T06:00Z|fold's begin
D05|*/30 * * * *|America/New_York|2024-03-10T01:00|2024-03-10T06:30Z 2024-03-10T07:00Z|wild, gap
D06|*/30 * * * *|America/New_York|2024-11-03T00:30|2024-11-03T05:00Z 2024-11-03T05:30Z|wild, fold
D07|0 * * * *|America/New_York|2024-03-10T00:30|2024-03-10T06:00Z 2024-03-10T07:00Z|wild, gap
D08|0 * * * *|America/New_York|2024-11-03T00:00|2024-11-03T05:00Z 2024-11-03T06:00Z|wild, fold
D09|30 */2 * * *|America/New_York|2024-03-10T00:00|2024-03-10T05:30Z 2024-03-10T08:30Z|wild hour, gap
D10|0 3 * * *|America/New_York|2024-03-09T03:00|2024-03-10T07:00Z 2024-03-11T07:00Z|gap's end
D11|0 0 * * *|America/Sao_Paulo|2018-11-03T01:00|2018-11-04T03:00Z 2018-11-05T02:00Z|midnight gap
D12|0 0 * * *|America/Havana|2024-03-09T01:00|2024-03-10T05:00Z 2024-03-11T04:00Z|midnight gap
D13|15 2 * * *|Australia/Lord_Howe|2024-10-05T03:00|2024-10-05T15:30Z 2024-10-06T15:15Z|30-minute gap
D14|45 1 * * *|Australia/Lord_Howe|2024-04-06T02:00|2024-04-06T14:45Z 2024-04-07T15:15Z|30-minute fold
D15|0 12 * * *|Pacific/Apia|2011-12-29T00:00|2011-12-29T22:00Z 2011-12-30T22:00Z|a day that is not
D16|30 2 31 3 *|Europe/Berlin|2024-03-01T00:00|2024-03-31T01:00Z 2025-03-31T00:30Z|gap in one year only
D17|0 2 * * *|Europe/Dublin|2024-10-26T03:00|2024-10-27T02:00Z 2024-10-28T02:00Z|fold's end
D18|0 0 * * *|Asia/Kathmandu|2024-01-01T00:00|2024-01-01T18:15Z 2024-01-02T18:15Z|+05:45
D19|30 0 * * *|Africa/Casablanca|2024-03-01T00:00|2024-02-29T23:30Z 2024-03-01T23:30Z|+01
D20|1 2 * * *|Europe/London|2024-03-30T03:00|2024-03-31T01:01Z 2024-04-01T01:01Z|after the gap
D21|30 1 * * *|Europe/London|2024-03-30T03:00|2024-03-31T01:00Z 2024-04-01T00:30Z|gap
D22|0 3-4 * * *|America/New_York|2024-03-10T00:00|2024-03-10T07:00Z 2024-03-10T08:00Z|gap's end
E01|*/10 * * * * *|UTC|2024-01-01T00:00|2024-01-01T00:00:10Z 2024-01-01T00:00:20Z|leading seconds
E02|59 59 23 31 12 *|UTC|2024-01-01T00:00|2024-12-31T23:59:59Z 2025-12-31T23:59:59Z|year's end
E03|0 0 12 * * MON-FRI|UTC|2024-01-05T13:00|2024-01-08T12:00Z 2024-01-09T12:00Z|6 fields
E04|0 0 0 1 1 ? 2030|UTC|2024-01-01T00:00|2030-01-01T00:00Z none|one year
E05|0 0 0 29 2 ? 2025-2031|UTC|2024-03-01T00:00|2028-02-29T00:00Z none|years
E06|0 0 0 1 1 ? 2020|UTC|2024-01-01T00:00|none|years gone by
"""

# group, zone, from (UTC); then expression|rule
CONSTRUCTS = """
= M UTC 2024-02-28T23:58:30Z
* * * * *|every minute
0 * * * *|every hour
59 23 * * *|a day's last minute
0 0 * * *|midnight
00 08 * * *|leading zeros
  5   4  *  *  *  |blanks between and around
0-10 0 * * *|range
0-59/29 0 * * *|range with step
0,1,2,30,58 5 * * *|list
58,2,30,1,0 5 * * *|a list in any order
1-3,2-5,4 5 * * *|overlapping parts
*/59 12 * * *|a long step
*/60 12 * * *|the longest step
50/3 23 * * *|n/step to the field's end
0 */5 * * *|hours do not go round
0 20/2 * * *|n/step in hours
0 9-17/4 * * *|range with step in hours
0 0 */10 * *|days 1, 11, 21, 31
0 0 */31 * *|day 1 only
0 0 5/10 * *|n/step in days: 5, 15, 25
0 0 28-31 * *|days some months lack
0 0 1,15 * *|list of days
0 0 1 */5 *|months 1, 6, 11
0 0 1 2/3 *|n/step in months
0 0 1 FEB/4 *|a name begins n/step
0 0 1 jan,Jul,DEC *|names in any case
0 0 1 Jan-Dec/6 *|range of names with step
0 12 * * MON-FRI/2|range of weekday names with step
0 12 * * 1-7/2|Monday, Wednesday, Friday, Sunday
0 12 * * 0-7|every weekday
0 12 * * 0,7|Sunday said twice
0 12 * * 6-7|weekend
0 12 * * */3|Sunday, Wednesday, Saturday
0 0 ? * *|? in the day of month
0 0 * * ?|? in the day of week
0 0 ? * 4|? leaves it to the weekday
0 0 15 * ?|? leaves it to the day
@hourly|macro
@daily|macro
@weekly|macro
@monthly|macro
@yearly|macro
= S UTC 2024-12-31T23:59:57Z
* * * * * *|every second, over a year's end
59 * * * * *|a minute's last second
*/7 * * * * *|seconds begin anew each minute
57/1 59 23 * * *|n/step in seconds
0 0 0 1 1 *|new year, 6 fields
30 */20 * * * *|seconds and wild minutes
0-2,58-59 0 0 * * *|ranges of seconds
0 30 9 ? * MON|6 fields with ?
15,45 0 12 L * ?|seconds and last day
= Y UTC 2024-12-31T23:59:57Z
* * * * * * 2024|the year's last seconds
* * * * * * 2024-2025|over a year's end
0 0 0 1 1 ? 2026|a year to come
0 0 0 1 1 ? 2025-2199/50|range of years with step
0 0 0 1 1 ? 2190/4|n/step to 2199
0 0 0 1 1 ? */100|years 1970, 2070, 2170
0 0 0 1 1 ? *|any year
0 0 0 29 2 ? 2025-2040/3|leap years among them: 2028 and 2040
0 0 0 29 2 ? 2028,2030,2040|list of years
0 59 23 31 12 ? 2199|the last day of the last year
0 0 0 1 1 ? 1970|long gone
0 0 12 ? * FRI#5 2025|fifth Fridays of one year
0 0 12 LW * ? 2025-2026|last working days
= L UTC 2023-12-30T12:00:00Z
0 0 L * *|last day
0 0 L-1 * *|last but one
0 0 L-27 * *|day 1 in February, 2 in leap years
0 0 L-28 * *|no such day in February but in leap years
0 0 L-30 * *|the 1st of months of 31 days
0 0 L,15 * *|last day and the 15th
0 0 L,L-1,L-2 * *|three last days
0 0 1,L * *|first and last day
0 0 L 2 *|last day of February
0 0 L-5 2 *|24th, 23rd
0 0 L */2 *|last day of odd months
0 0 L * 5L|last day or last Friday
0 0 L * +5|last day if a Friday
0 0 L-1 * +MON-FRI|last but one if a working day
= W UTC 2024-05-31T12:00:00Z
0 0 1W * *|1W: the 1st on Saturday gives Monday the 3rd, never last month's Friday
0 0 2W * *|2W: Sunday the 2nd gives Monday the 3rd
0 0 3W * *|3W
0 0 14W * *|14W
0 0 15W * *|15W: Saturday goes back to Friday
0 0 16W * *|16W: Sunday goes on to Monday
0 0 28W 2 *|28W in February
0 0 29W 2 *|29W in February: leap years only
0 0 30W * *|30W
0 0 30W 6 *|30W in June: a Sunday the 30th goes back to Friday
0 0 31W * *|31W: not in months without a 31st
0 0 31W 2,3 *|31W: never in February
0 0 31W 3,8 *|31W when the 31st is a Sunday or Saturday
0 0 1W,15W * *|two of them
0 0 1,15W * *|a day and a nearest weekday
0 0 15W,L * *|nearest weekday and last day
0 0 15W * +FRI|nearest weekday to the 15th if a Friday
0 0 1W * SAT|nearest weekday to the 1st or Saturdays
0 0 LW * *|last working day
0 0 LW 2 *|last working day of February
0 0 LW,1 * *|last working day and the 1st
0 0 LW * +FRI|last working day if a Friday
0 0 L,LW * *|last day and last working day
= N UTC 2024-01-31T12:00:00Z
0 0 * * 1L|last Monday
0 0 * * 5L|last Friday
0 0 * * FRIL|last Friday by name
0 0 * * 0L|last Sunday
0 0 * * 7L|last Sunday as 7
0 0 * * SUNL|last Sunday by name
0 0 * 2 4L|last Thursday of February: the 29th in 2024
0 0 * * MON#1|first Monday
0 0 * * MON#2|second Monday
0 0 * * 3#3|third Wednesday
0 0 * * 4#4|fourth Thursday
0 0 * 11 THU#4|the fourth Thursday of November
0 0 * * 1#5|fifth Monday
0 0 * * 7#1|first Sunday as 7
0 0 * * SUN#5|fifth Sunday
0 0 * 2 THU#5|fifth Thursday of February: leap years that begin February on it
0 0 * * MON#1,MON#3|first and third Monday
0 0 * * MON#1,FRIL|first Monday and last Friday
0 0 * * 6,MON#1|Saturdays and the first Monday
0 0 ? * TUE#2|? and second Tuesday
0 0 13 * FRI#2|the 13th or the second Friday
0 0 8-14 * +MON|the second Monday as AND
0 0 1-7 * +MON|the first Monday as AND
0 0 * * +5|AND with every day
0 0 13 * +FRI|Friday the 13th
0 0 25-31 * +5|last-week Fridays as AND
0 0 1-7 1,7 +MON-WED|AND with ranges
0 0 29 2 +5#5|29 February as a fifth Friday
0 0 31 * +MON,TUE|AND with a list
0 0 */2 * +1|*/2 and Monday
0 0 1 * 1|the 1st or Mondays
0 0 1,15 * 1-5|days or weekdays
0 0 30 2 MON|no 30 February, Mondays of February by OR
0 0 */2 * MON|OR: */2 is restricted
0 0 * * */2|a stepped weekday alone
0 0 1-31 * +0|AND with all days
= K UTC 1896-02-29T12:00:00Z
0 0 29 2 *|1900 is no leap year
= K UTC 1996-03-01T00:00:00Z
0 0 29 2 *|2000 is a leap year
= K UTC 2092-03-01T00:00:00Z
0 0 29 2 *|2100 is no leap year
0 0 28,29 2 *|28 February 2100 stays
0 0 L 2 *|last day of February in 2100
0 0 29W 2 *|29W in 2100
59 59 23 29 2 *|the leap day's last second
= K UTC 2392-03-01T00:00:00Z
0 0 29 2 *|2400 is a leap year
= K UTC 2099-12-31T23:59:59Z
0 0 * * MON#1|weekdays in 2100
0 0 1 1 +FRI|1 January 2100 is a Friday
= K UTC 2024-03-01T00:00:00Z
0 0 29 2 +3|a leap day on Wednesday
0 0 29 2 +0|a leap day on Sunday
0 0 0 29 2 +2 2028-2199|a leap day on Tuesday, to the last year
= Z UTC 9999-12-30T22:30:00Z
0 0 * * *|the calendar's last day
59 59 23 * * *|the calendar's last second
0 0 1 1 *|nothing after the calendar's end
0 0 29 2 *|nothing after the calendar's end
= Z UTC 1969-12-31T23:59:58Z
* * * * * *|over the epoch
0 0 1 1 *|the epoch itself
= Z UTC 1582-10-01T00:00:00Z
0 0 * 10 *|the proleptic calendar loses no day of 1582
= T America/New_York 2024-12-31T23:30:00Z
0 0 1 1 ?|the new year of the zone
0 0 0 1 1 ? 2025|the year is the zone's
0 0 L * *|last day in the zone
0 0 * * SUN#2|second Sundays, one of them with a gap
0 2 * * SUN#2|02:00 on the day of the gap
30 1 * 11 SUN#1|01:30 on the day of the fold
0 0 * * +0|Sundays
@daily|macro in a zone
@hourly|macro in a zone
= T Asia/Kathmandu 2029-12-31T18:00:00Z
0 0 0 1 1 ? 2030|the year is the zone's
0 * * * *|whole hours at a quarter past in UTC
*/15 * * * *|quarters
0 0 L * *|last day in the zone
0 12 * * MON|weekdays in the zone
= T Pacific/Kiritimati 2024-02-28T09:00:00Z
0 0 29 2 *|+14: the leap day begins the day before
0 0 L * *|+14: the last day
= T Etc/GMT+12 2024-02-28T09:00:00Z
0 0 29 2 *|-12: the leap day begins at noon
23 23 L * *|-12: ends in the next month
= T America/St_Johns 2024-03-10T00:00:00Z
30 2 * * *|half-hour zone, gap
*/30 1-3 * * *|half-hour zone, wild over the gap
= T Europe/London 2150-03-28T00:00:00Z
30 1 * * *|far beyond the stored transitions
= T America/New_York 2150-10-31T00:00:00Z
30 1 * * *|far beyond the stored transitions, fold
= T Europe/Berlin 2199-03-30T00:00:00Z
30 2 * * *|the last year's gap
0 30 2 31 3 ? 2199|the last year's gap, once
= T Africa/Casablanca 2026-02-14T00:00:00Z
30 2 * * *|Ramadan's fold
= T Australia/Lord_Howe 2399-10-02T00:00:00Z
15 2 * * *|thirty minutes, four centuries on
0 0 29 2 *|leap day 2400 at +11
= O America/New_York 2024-03-10T06:59:59Z
0,30 2,3 * * *|one second before the gap's end
= O America/New_York 2024-03-10T07:00:00Z
0,30 2,3 * * *|at the gap's end: strictly after
= O America/New_York 2024-11-03T05:30:00Z
30 1 * * *|at the first: strictly after
*/30 1 * * *|between the two
= O America/New_York 2024-11-03T06:15:00Z
30,45 1 * * *|within the second hour: over for fixed times
0 30,45 1 3 11 *|within the second hour, once a year
30 1,2 * * *|within the second hour, one time after it
= O America/New_York 2024-03-10T06:00:00Z
* 30 2 * * *|sixty seconds in a gap are one instant
59 59 1-2 * * *|the last second before and inside the gap
*/20 59 1 * * *|seconds before the gap
0-59 0-59 2 10 3 *|a whole hour in the gap is one instant
30 */2 * * *|wild hour: nothing in the gap
*/2 2 * * *|wild minute: nothing in the gap
0/30 2 * * *|0/30 is no star: fixed
0-59/30 2 * * *|a range is no star: fixed
0 0-23 * * *|0-23 is no star: fixed, and yet each hour
H(30-30) H(2-2) * * *|H without a step is fixed
H/1 2 * * *|H with a step is wild
= O America/New_York 2024-11-03T04:30:00Z
0-59/20 1 * * *|a range is no star: first fold only
*/20 1 * * *|wild in the fold: both
20 1-2 * * *|fixed over the fold's end
20 */1 * * *|wild hour in the fold: both
* 30 1 * * *|seconds do not make it wild: sixty, once
0 0-23 * * *|0-23 is fixed: the repeated hour once
H(30-30) H(1-1) * * *|H without a step is fixed
30 H/1 * * *|H with a step is wild
"""

# What makes a clock change, to be found on the named days: gap and fold of each.
CHANGES = """
NYg America/New_York 2024-03-10
NYf America/New_York 2024-11-03
BEg Europe/Berlin 2024-03-31
BEf Europe/Berlin 2024-10-27
LHg Australia/Lord_Howe 2024-10-06
LHf Australia/Lord_Howe 2024-04-07
CAf Africa/Casablanca 2024-03-10
CAg Africa/Casablanca 2024-04-14
KTg Asia/Kathmandu 1986-01-01
APg Pacific/Apia 2011-12-30
APf Pacific/Apia 2012-04-01
APh Pacific/Apia 2012-09-30
DUg Europe/Dublin 2024-03-31
DUf Europe/Dublin 2024-10-27
SPg America/Sao_Paulo 2018-11-04
SPf America/Sao_Paulo 2018-02-18
HVg America/Havana 2024-03-10
HVf America/Havana 2024-11-03
CIg Africa/Cairo 2024-04-26
CIf Africa/Cairo 2024-11-01
TEg Asia/Tehran 2022-03-22
TEf Asia/Tehran 2022-09-22
TRg Antarctica/Troll 2024-03-31
TRf Antarctica/Troll 2024-10-27
CYg Antarctica/Casey 2009-10-18
CYf Antarctica/Casey 2010-03-05
MOg Africa/Monrovia 1972-01-07
VEg America/Caracas 2016-05-01
VEf America/Caracas 2007-12-09
PYg Asia/Pyongyang 2018-05-04
NUg America/Nuuk 2024-03-31
NUf America/Nuuk 2024-10-27
KWg Pacific/Kwajalein 1993-08-21
"""


def utc(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def change_near(zone, day):
    """The second at which the zone's offset changes on the day, or the days beside it."""
    place = ZoneInfo(zone)
    u = utc(day + "T00:00:00Z") - timedelta(hours=26)
    while u.astimezone(place).utcoffset() == (u + SECOND).astimezone(place).utcoffset():
        u += SECOND
    before, after = u.astimezone(place).utcoffset(), (u + SECOND).astimezone(place).utcoffset()
    return u + SECOND, before, after


def rows_of_change(name, zone, day):
    at, before, after = change_near(zone, day)
    low, high = sorted((before, after))
    first = (at + low).replace(tzinfo=None)
    last = (at + high).replace(tzinfo=None)
    middle = first + (last - first) / 2
    middle = middle.replace(second=0)
    what = "gap" if after > before else "fold"
    assert (what == "gap") == (name[2] != "f"), name
    what += f" {first:%H:%M}-{last:%H:%M}"
    if last - first >= CORRECTION:
        what += ", a correction"
    hours = sorted({first.hour, middle.hour, last.hour})
    hours = ",".join(map(str, hours))
    start = at - timedelta(hours=2, minutes=10)
    daily = at - timedelta(hours=11)
    asked = [
        (f"{middle.minute} {middle.hour} * * *", daily, "fixed, one time within"),
        (f"0-59/15 {hours} * * *", start, "fixed, several within"),
        (f"{middle.minute} {middle.hour} {middle.day} {middle.month} *", daily, "fixed, one date"),
        (f"*/15 {hours} * * *", start, "wild minute"),
        (f"{middle.minute} * * * *", start, "wild hour"),
    ]
    for number_, (expression, after_, rule) in enumerate(asked, 1):
        for dst in ("vixie", "skip", "all"):
            yield f"{name}{number_}{dst[0]}", expression, zone, dst, after_, f"{what}: {rule}"


def research_rows():
    for line in RESEARCH.strip().splitlines():
        name, expression, zone, local, expected, rule = line.split("|")
        place = timezone.utc if zone == "UTC" else ZoneInfo(zone)
        after = datetime.fromisoformat(local).replace(tzinfo=place).astimezone(timezone.utc)
        wanted = expected.split()
        found = following(expression, zone, "vixie", after, len(wanted))
        if wanted[-1] == "none":
            assert len(found) == len(wanted) - 1, (name, found)
            wanted.pop()
        assert found == [utc(w) for w in wanted], (name, found)
        yield name, expression, zone, "vixie", after, rule


def construct_rows():
    count = {}
    for line in CONSTRUCTS.strip("\n").splitlines():
        if line.startswith("= "):
            _, group, zone, start = line.split()
            continue
        expression, rule = line.split("|")
        count[group] = count.get(group, 0) + 1
        policies = ("vixie", "skip", "all") if group == "O" else ("vixie",)
        for dst in policies:
            name = f"{group}{count[group]:02}" + (dst[0] if len(policies) > 1 else "")
            yield name, expression, zone, dst, utc(start), rule


def change_rows():
    for line in CHANGES.split("\n"):
        if line:
            yield from rows_of_change(*line.split())


def stamp(u):
    return u.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def main():
    out = [
        "# Made by make.py: rules by brute force. id, expression, zone, dst, from, next (up to five,",
        "# fewer where the schedule ends), rule. Times are UTC; the first is strictly after `from`.",
    ]
    seen = set()
    for make in (research_rows, construct_rows, change_rows):
        for name, expression, zone, dst, after, rule in make():
            assert name not in seen, name
            seen.add(name)
            found = " ".join(stamp(u) for u in following(expression, zone, dst, after))
            out.append("\t".join([name, expression, zone, dst, stamp(after), found, rule]))
    path = pathlib.Path(__file__).with_name("next.tsv")
    path.write_text("\n".join(out) + "\n", encoding="utf-8")
    print(f"{len(seen)} rows")


if __name__ == "__main__":
    main()
