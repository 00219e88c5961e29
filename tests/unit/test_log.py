from perdure.kernel.log import redact


def test_unit_fields_that_sound_like_secrets_never_reach_the_log() -> None:
    event = redact(None, "info", {"event": "x", "access_token": "a", "Password": "b", "otp_code": "c", "path": "/"})
    assert event == {
        "event": "x",
        "access_token": "[redacted]",
        "Password": "[redacted]",
        "otp_code": "[redacted]",
        "path": "/",
    }
