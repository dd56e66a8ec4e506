"""How much memory may be used: a setting, else half of what there is; nonsense is refused."""

import pytest

from pipelines import memory
from pipelines.errors import RefusedInput


@pytest.mark.parametrize(
    ("text", "megabytes"), [("8G", 8192), ("1.5 GB", 1536), ("2500M", 2500), ("4096", 4096), ("2gib", 2048)]
)
def test_amounts_as_people_write_them(text: str, megabytes: int) -> None:
    assert memory.memory_of(text) == megabytes << 20


@pytest.mark.parametrize("text", ["", "much", "8T", "-4G", "500M", "0", "4 4 G"])
def test_anything_else_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(RefusedInput, match="8G or 2500M|give 1G or more"):
        memory.memory_of(text)


def test_a_control_groups_limit_counts_where_it_is_the_smaller(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text("3221225472\n", encoding="ascii")
    monkeypatch.setattr(memory, "CGROUP_LIMITS", (limit,))
    monkeypatch.delenv(memory.SETTING, raising=False)
    assert memory.usable_memory() == 3 << 29
    limit.write_text("max\n", encoding="ascii")
    assert memory.present_memory() > 3 << 30
    monkeypatch.setenv(memory.SETTING, "2G")
    assert memory.usable_memory() == 2 << 30
