"""Requests that schemathesis makes of our own description: none is a server error, and each refusal has our shape."""

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

#: Requests of each operation; twice as many where it is about a model.
EXAMPLES = 12
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
#: Of a refusal.
SHAPE = {"found", "expected", "fix", "code", "docs"}


@pytest.mark.slow
def test_no_generated_request_is_a_server_error(live):
    live.log([{"id": "a", "score": 0.5, "label": 1, "features": {"x": 1}}], "flights")
    live.stored()
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{live.port}/v1/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    failures, statuses = [], Counter()

    def ask(case):
        send(case)
        if (
            "model" in case.path_parameters
        ):  # a name made up leads nowhere: ask the same of a model that is there
            case.path_parameters["model"] = "flights"
            send(case)

    def send(case):
        answer = case.call()
        statuses[answer.status_code] += 1
        fails = answer.status_code >= 500
        shaped = answer.status_code < 400 or set(answer.json().get("error", ())) == SHAPE
        if fails or not shaped:
            failures.append((answer.status_code, case.as_curl_command()[:600], answer.text[:300]))

    for operation in operations:
        SETTINGS(given(case=operation.as_strategy())(ask))()
    assert not failures, "\n".join(map(str, failures[:20]))
    assert len(operations) >= 30
    assert sum(statuses.values()) >= 5 * len(operations)
    assert statuses[200] > 50  # not everything was refused
