"""Dagster's home for several provinces: that of a single one, with a queue that lets only some nights go on at a time.

Does not belong here: what is run (`jobs`), the home itself (`nightly.dagster_home`).
"""

from pipelines.country.provinces import Installation
from pipelines.nightly.dagster_home import prepare_home

NIGHT_TAG = "tthc/night"
DEFINITIONS = "pipelines.country.definitions"
# One run more than nights, so that a roll-up is never kept waiting by them; of one province never two at a time.
QUEUE_YAML = """\
concurrency:
  runs:
    max_concurrent_runs: {runs}
    tag_concurrency_limits:
      - key: {tag}
        limit: {nights}
      - key: dagster/partition
        value:
          applyLimitPerUniqueValue: true
        limit: 1
"""


def nights_at_once(installation: Installation) -> int:
    """Return how many nights Dagster may let go on at a time: its queue counts runs and knows nothing of their memory.

    So it is as many as fit if all are as large as the largest; `tthc country run` weighs each by itself.
    """
    largest = max(int(entry.memory) for entry in installation.provinces.values())
    return max(1, min(installation.at_once, installation.memory // largest))


def queue_yaml(installation: Installation) -> str:
    """Return the part of dagster.yaml that sets the queue."""
    nights = nights_at_once(installation)
    return QUEUE_YAML.format(runs=nights + 1, nights=nights, tag=NIGHT_TAG)


def prepare_country_home(installation: Installation) -> bool:
    """Create Dagster's home of the country with its settings, and return True if it can be used."""
    return prepare_home(installation.country_settings, queue_yaml(installation))
