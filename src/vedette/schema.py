"""Columns and their roles: what the caller declares about the data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from vedette.errors import ConfigError, nearest, unknown_name
from vedette.predicate import column_of

Task = Literal["binary", "multiclass", "multilabel", "regression", "ranking", "none"]
#: Roles that name exactly one column.
SINGLE = ("id", "time", "prediction", "label", "label_time", "weight", "query")
#: Fields that list columns.
LISTS = ("segments", "protected", "features", "categorical", "numeric", "text", "embedding", "ignore")
#: Of these, roles that name several when a row carries several labels.
LISTED = ("prediction", "label")


class Schema(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Columns and roles; every column not named is a feature.

    Parameters
    ----------
    id : str, optional
        Unique name of an event; labels are joined by it and duplicates are found by it.
    time : str, optional
        Event time (a timestamp, ISO 8601 text or seconds since the epoch); naive times are read as UTC.
    score : str or dict, optional
        Predicted probability of the positive class, predicted value of a ranker, or for several classes (or
        labels a row) a mapping class (or label) -> column.
    prediction : str or list of str, optional
        Predicted class or value. Without it a class is predicted where ``score >= threshold``. For several labels
        a row, one 0/1 column for each label, in the order of `label`.
    label : str or list of str, optional
        The truth, null where it is not known yet; a list for several labels a row, 0/1 columns each.
    label_time : str, optional
        When the label became known: a column of the rows, or of the table that labels come in. From it follow how
        complete a window's labels are, and what was known at an earlier instant.
    weight : str, optional
        Non-negative weight of a row.
    query : str, optional
        For ranking: the column that groups the rows of one request.
    segments : list of str
        Columns, or conditions such as ``"amount > 100"`` (values yes and no), by whose values everything is also
        computed.
    protected : list of str
        Columns whose groups the fairness metrics compare.
    features, categorical, numeric, text, embedding, ignore : list of str
        Overrides of what is found from the reference. `features` limits the features to these.
    positive : str, optional
        The class that counts as positive (default: the last of the two in sorted order).
    classes : list of str, optional
        The known classes (default: those in the reference).
    threshold : float
        Score from which the positive class is predicted.
    multivariate : bool
        Also follow the number features all at once: what moves only together, such as a correlation, then raises
        alarms under the same promise. Columns of vectors always are followed so.
    task : str, optional
        "binary", "multiclass", "multilabel", "regression", "ranking" or "none" (default: from the data).
    ranges : dict, optional
        Allowed ``[low, high]`` of a number column; outside is counted as out of range.
    units : dict, optional
        Unit of a column, shown on its axes.

    Examples
    --------
    >>> Schema(label="late", score="p_late", segments=["carrier"]).roles()["score"]
    ['p_late']
    """

    id: str | None = None
    time: str | None = None
    score: str | dict[str, str] | None = None
    prediction: str | list[str] | None = None
    label: str | list[str] | None = None
    label_time: str | None = None
    weight: str | None = None
    query: str | None = None
    segments: list[str] = []
    protected: list[str] = []
    features: list[str] | None = None
    categorical: list[str] = []
    numeric: list[str] = []
    text: list[str] = []
    embedding: list[str] = []
    ignore: list[str] = []
    positive: str | None = None
    classes: list[str] | None = None
    threshold: float = 0.5
    multivariate: bool = False
    task: Task | None = None
    ranges: dict[str, tuple[float, float]] = {}
    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        self._take_names()
        if self.positive is not None:
            object_setattr(self, "positive", spelled(self.positive))
        if self.classes is not None:
            object_setattr(self, "classes", [spelled(c) for c in self.classes])
        self._check_roles()

    def with_(self, **changes: Any) -> Schema:
        """Return a copy with some fields changed."""
        return msgspec.structs.replace(self, **changes)

    def roles(self) -> dict[str, list[str]]:
        """Return role -> columns for every role that has any."""
        found = {role: [getattr(self, role)] for role in SINGLE if isinstance(getattr(self, role), str)}
        found |= {role: list(getattr(self, role)) for role in LISTED if isinstance(getattr(self, role), list)}
        if self.score is not None:
            found["score"] = [self.score] if isinstance(self.score, str) else list(self.score.values())
        return found

    @property
    def outputs(self) -> list[str]:
        """Return the columns that the model writes."""
        roles = self.roles()
        return [name for role in ("score", "prediction") for name in roles.get(role, ())]

    def named(self) -> list[str]:
        """Return every column the schema names, in no particular order, each once."""
        lists: list[Iterable[str]] = [
            *self.roles().values(),
            self.segments,
            self.protected,
            self.features or [],
        ]
        lists += [self.categorical, self.numeric, self.text, self.embedding]
        return list(dict.fromkeys(name for names in lists for name in names))

    def check(self, columns: Iterable[str], *, optional: Iterable[str] = ()) -> None:
        """Raise when a named column is not among `columns`, suggesting the nearest.

        Raises
        ------
        UnknownNameError
            Code ``schema.unknown-column``.
        """
        # Labels may come in a table of their own, and their times with them.
        present, excused = list(columns), {*optional, *((self.label_time,) if self.label_time else ())}
        for segment in (*self.named(), *self.ranges, *self.units):
            name = column_of(segment) if segment in self.segments else segment
            if name not in present and name not in excused:
                raise unknown_name(
                    f"Column of schema ({self._role_of(segment)})",
                    name,
                    present,
                    code="schema.unknown-column",
                )

    def _take_names(self) -> None:
        """Take one name where a list is wanted, and names that are numbers as the text that sources make of them."""
        for field in SINGLE:
            value = getattr(self, field)
            if value is not None and not isinstance(value, str):
                object_setattr(self, field, list(value) if isinstance(value, list | tuple) else str(value))
        for field in LISTS:
            value = getattr(self, field)
            if value is not None:
                names = [str(name) for name in ((value,) if isinstance(value, str | int) else value)]
                object_setattr(self, field, names)
        if isinstance(self.score, dict):
            object_setattr(self, "score", {spelled(c): str(name) for c, name in self.score.items()})
        elif self.score is not None:
            object_setattr(self, "score", str(self.score))

    def _role_of(self, name: str) -> str:
        for role, names in self.roles().items():
            if name in names:
                return role
        fields = (*LISTS, "ranges", "units")
        return next(field for field in fields if name in (getattr(self, field) or ()))

    def _check_roles(self) -> None:
        taken: dict[str, str] = {}
        for role, names in self.roles().items():
            for name in names:
                if name in taken and {role, taken[name]} != {"prediction", "score"}:
                    raise ConfigError(
                        f"Column {name!r} is both {taken[name]} and {role}",
                        "A column has one role",
                        "Name another column for one of the two",
                        code="schema.two-roles",
                    )
                taken[name] = role
        self._check_labels()
        for name, (low, high) in self.ranges.items():
            if not low <= high:
                raise ConfigError(
                    f"Range of {name!r} goes from {low} to {high}",
                    "The lower end first",
                    f"Write [{high}, {low}]" if low > high else "Use numbers",
                    code="schema.bad-range",
                )
        if self.classes and self.positive is not None and self.positive not in self.classes:
            raise ConfigError(
                f"Positive class {self.positive!r} is not among classes {self.classes}",
                "The positive class is one of the classes",
                f"Did you mean {nearest(self.positive, self.classes) or self.classes[-1]!r}?",
                code="schema.unknown-class",
            )

    def _check_labels(self) -> None:
        """Raise where predictions or scores do not go with a list of labels one to one."""
        several = isinstance(self.label, list)
        predicted = self.prediction if isinstance(self.prediction, list) else None
        scored = list(self.score) if several and isinstance(self.score, dict) else None
        unpaired = predicted is not None and (not several or len(predicted) != len(self.label or ()))
        if unpaired or (scored is not None and set(scored) != set(self.label or ())):
            raise ConfigError(
                f"Labels {self.label} go with predictions {self.prediction} and scores {scored}",
                "Several labels a row need one prediction or score column each",
                "List predictions in the order of label=[...], scores as a mapping label -> column",
                code="schema.unpaired-labels",
            )


def spelled(value: Any) -> str:
    """Return a class as it is compared everywhere: ``True``, ``1``, ``1.0`` and ``"1"`` are all ``"1"``."""
    value = value.item() if hasattr(value, "item") else value  # numpy's
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


#: A frozen struct sets its own fields only while it is being made.
object_setattr = msgspec.structs.force_setattr
