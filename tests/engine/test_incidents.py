"""What fell in the same windows is told together, led by what people read."""

from vedette.engine.incidents import together
from vedette.engine.judge import gravest_first
from vedette.values import Estimate, Finding, Segment, Window

WINDOWS = [Window(i, i + 1, f"d{i}") for i in range(5)]


def fell(metric, level="act", first=1, last=1, **facts):
    span = {"window": WINDOWS[first], "until": WINDOWS[last]}
    return Finding("change", metric, level, f"{metric} fell", effect=Estimate(-0.1), **span, **facts)


def test_an_error_of_calibration_leads_nothing_that_people_read():
    """Whether its effect is larger, or its level graver, accuracy and the like stand first."""
    for found in ([fell("ece"), fell("accuracy")], [fell("ece"), fell("average_precision", "watch")]):
        (one,) = together(gravest_first(found), WINDOWS)
        assert one.metric == found[1].metric
        assert (one.level, one.also) == ("act", ("ece",))


def test_it_comes_after_every_other_metric_of_its_level():
    ordered = gravest_first([fell("ece"), fell("log_loss"), fell("kappa"), fell("f1")])
    assert [f.metric for f in ordered] == ["f1", "kappa", "log_loss", "ece"]


def test_alone_it_leads():
    (one,) = together([fell("ece"), fell("calibration_slope")], WINDOWS)
    assert (one.metric, one.also) == ("ece", ("calibration_slope",))


def test_the_new_lead_keeps_what_fell_with_the_old_one_and_its_windows():
    found = [fell("ece", last=2), fell("log_loss", first=2, last=3), fell("f1", "watch")]
    (one,) = together(found, WINDOWS)
    assert (one.metric, one.level, one.also) == ("f1", "act", ("ece", "log_loss"))
    assert (one.window.label, one.until.label) == ("d1", "d3")


def test_a_segment_s_accuracy_does_not_stand_for_all_rows():
    here = Segment("carrier", "MQ")
    (one,) = together([fell("ece"), fell("accuracy", segment=here)], WINDOWS)
    assert (one.metric, one.segment, one.also) == ("ece", None, ("accuracy where carrier=MQ",))
