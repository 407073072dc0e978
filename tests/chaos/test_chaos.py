"""The small form of ``make chaos``."""

from tests.chaos.run import play


def test_every_job_is_answered_once_whatever_dies() -> None:
    found = play(60, seed=1)
    assert found.jobs == len(found.posts) == 60
    assert set(found.posts.values()) == {1}
    assert found.kills == 8
    assert found.left == {"immortal": []}
