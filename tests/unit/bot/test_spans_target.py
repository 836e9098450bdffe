"""OpenTelemetry's own names say where spans are sent; a fault in them is told and stops nothing."""

import pytest

from bot.otel import target
from bot.otel.target import Unsendable, target_of
from bot.settings import Settings

KEY = "k-Euston-Sybil-4711"


def of(**names: str) -> Settings:
    return Settings.model_validate(names)


def test_spans_are_off_unless_an_endpoint_is_set() -> None:
    assert target_of(of()) is None
    assert target_of(of(OTEL_EXPORTER_OTLP_ENDPOINT=" ")) is None
    assert target_of(of(OTEL_EXPORTER_OTLP_ENDPOINT="http://c:4318", OTEL_SDK_DISABLED="True")) is None
    assert target_of(of(OTEL_EXPORTER_OTLP_ENDPOINT="http://c:4318", OTEL_TRACES_EXPORTER="none")) is None


def test_an_endpoint_for_all_signals_gets_the_path_of_traces_and_one_of_traces_is_taken_as_it_is() -> None:
    every = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/", "OTEL_EXPORTER_OTLP_HEADERS": "a=1"}
    found = target_of(of(**every))
    assert found is not None
    assert found.url == "http://c:4318/v1/traces"
    found = target_of(
        of(**every, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="https://t/otlp", OTEL_EXPORTER_OTLP_TRACES_HEADERS="b=2")
    )
    assert found is not None
    assert found.headers is not None
    assert (found.url, found.headers.get_secret_value(), found.content) == ("https://t/otlp", "b=2", False)


@pytest.mark.parametrize("address", ["collector:4317", f"{KEY}@c", "http://", "http://c:port", f"ftp://{KEY}@c/"])
def test_what_is_no_address_is_told_without_repeating_it(address: str) -> None:
    with pytest.raises(Unsendable, match="OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https address") as told:
        target_of(of(OTEL_EXPORTER_OTLP_ENDPOINT=address))
    assert KEY not in str(told.value) + told.value.do


def test_a_collector_that_is_to_be_spoken_to_by_grpc_is_told() -> None:
    with pytest.raises(Unsendable, match="grpc"):
        target_of(of(OTEL_EXPORTER_OTLP_ENDPOINT="http://c:4317", OTEL_EXPORTER_OTLP_PROTOCOL="grpc"))


def test_a_missing_extra_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "_has_library", lambda: False)
    with pytest.raises(Unsendable, match="the extra otel is not installed") as told:
        target_of(of(OTEL_EXPORTER_OTLP_ENDPOINT="http://c:4318"))
    assert "[otel]" in told.value.do


def test_no_secret_is_in_what_is_shown_of_a_target() -> None:
    found = target_of(
        of(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"https://u:{KEY}@c:1/v?t={KEY}", OTEL_EXPORTER_OTLP_HEADERS=f"k={KEY}")
    )
    assert found is not None
    assert found.shown == "https://c:1/v"
    assert KEY not in repr(found)
