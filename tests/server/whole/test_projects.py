"""A model that is new belongs to the project of whoever names it first, and nobody sends to that of another."""

import pytest

from vedette.server.access import keys
from vedette.store import models

ROW = {"id": "a", "score": 0.5, "features": {"x": 1}}
EVENT = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "here",
    "ce-type": "org.kubeflow.serving.inference.request",
}


@pytest.fixture
def server(serve):
    return serve(accounts=True)


def key(server, project, scope="ingest"):
    with server.database.write() as tx:
        if project:
            models.add_project(tx, project, at=0)
        text = keys.make(tx, "k", [scope], project=project, expires=None, actor="me", user=None, at=0)
    return {"Authorization": f"Bearer {text}"}


def project_of(server, model):
    with server.database.read() as tx:
        found = models.get(tx, model)
    return found and found.project


def test_a_new_model_is_of_its_senders_project(server):
    sent = server.client.post("/v1/models/flights/predictions", json=ROW, headers=key(server, "air"))
    assert sent.status_code == 202
    assert project_of(server, "flights") == "air"


def test_whoever_may_send_everywhere_leaves_it_to_the_default(server, until):
    sent = server.client.post("/v1/models/flights/predictions", json=ROW, headers=key(server, None))
    assert sent.status_code == 202
    assert until(lambda: project_of(server, "flights")) == models.DEFAULT_PROJECT


def test_a_refused_body_makes_no_model(server):
    sent = server.client.post("/v1/models/flights/predictions", content=b"{", headers=key(server, "air"))
    assert sent.status_code == 400
    assert project_of(server, "flights") is None


@pytest.mark.parametrize("kind", ["predictions", "labels", "profiles", "upload"])
def test_nobody_sends_to_a_model_of_another_project(server, kind):
    server.client.post("/v1/models/flights/predictions", json=ROW, headers=key(server, "air"))
    sent = server.client.post(f"/v1/models/flights/{kind}", json=ROW, headers=key(server, "sea"))
    assert sent.status_code == 403
    assert sent.json()["error"]["code"] == "access.forbidden"


def test_events_that_name_their_model_themselves_are_no_way_around(server):
    server.client.post("/v1/models/flights/predictions", json=ROW, headers=key(server, "air"))
    for model, status in (("flights", 403), ("ships", 200)):
        headers = {**EVENT, "ce-inferenceservicename": model, **key(server, "sea")}
        sent = server.client.post("/v1/ingest/kserve", json={"instances": [[1]]}, headers=headers)
        assert sent.status_code == status, sent.text
    assert project_of(server, "ships") == "sea"


def test_a_key_that_may_only_read_cannot_send(server):
    headers = key(server, "air", "read")
    sent = server.client.post("/v1/models/flights/predictions", json=ROW, headers=headers)
    assert sent.status_code == 403
