"""What people and guilds of the sandbox are called."""

# ruff: noqa: SIM905 - as lists of one word a line these would be two hundred lines

from collections.abc import Iterator
from itertools import count, product
from random import Random

_FIRST_GUILDS = (
    "Web Development",
    "Content Team",
    "Design Team",
    "Community Support",
    "Translations",
)
_TOPICS = (
    "Accessibility Archive Audio Bicycle Book Climate Cooking Data Dance Education Events Film"
    " Garden Health History Housing Illustration Journalism Language Library Mapping Mentoring"
    " Music Newsletter Outreach Photography Podcast Poetry Policy Print Radio Repair Research"
    " Science Sewing Theatre Video Volunteer Woodwork Youth"
).split()
_FORMS = "Team Guild Circle Workshop Studio Lab Forum Network Collective Group".split()

_GIVEN = (
    "alice amara anders anita arjun beatriz ben carla chen daniel diego elena emeka erik fatima"
    " felix grace hana hugo ines ivan jamal jana joao julia kai karin kofi lars leila lena liam"
    " lucia maja malik marco maria mei mina nadia nina noah olga omar paula petra priya rafael"
    " rosa ruth samir sara sofia stefan tariq tomas uma vera viktor wanda yara yusuf zoe"
).split()
_FAMILY = (
    "adams ahmed andersson baker berg bianchi brown carter castro chavez cohen costa dahl davies"
    " diaz dubois eriksen evans farah fischer fontaine garcia gomez green gupta haddad hansen"
    " harris ito jansen jones kaya keller khan kim kovacs kumar larsen lee lopez mahler martin"
    " mbeki meyer moreau nakamura nguyen novak okafor olsen ortiz park patel perez petrov reyes"
    " ricci rossi sato schmidt silva singh smith suzuki taylor torres turner vega walker wang"
    " weber wilson wong yilmaz young zhang"
).split()


def guild_labels(random: Random) -> Iterator[str]:
    """Labels without end, each once."""
    yield from _FIRST_GUILDS
    labels = [f"{topic} {form}" for topic, form in product(_TOPICS, _FORMS)]
    random.shuffle(labels)
    for turn in count(1):
        yield from (label if turn == 1 else f"{label} {turn}" for label in labels)


def user_names(random: Random) -> Iterator[str]:
    """Names of accounts without end, each once, in ASCII and lower case."""
    names = [f"{given}.{family}" for given, family in product(_GIVEN, _FAMILY)]
    random.shuffle(names)
    for turn in count(1):
        yield from (name if turn == 1 else f"{name}{turn}" for name in names)
