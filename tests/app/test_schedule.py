from perdure.kernel.runtime import Runtime
from perdure.kernel.schedule import Job, run_due
from tests.site import Site


def test_a_job_runs_at_its_interval_and_a_failing_one_is_tried_again(site: Site) -> None:
    ran: list[int] = []

    async def run(rt: Runtime) -> None:
        ran.append(rt.clock.now_ms())
        if len(ran) == 1:
            raise RuntimeError("once")

    job = Job("test.job", 60, run)
    for _ in range(3):
        site.run(run_due, site.rt, [job])
    assert len(ran) == 1
    site.clock.advance(seconds=60)
    site.run(run_due, site.rt, [job])
    assert len(ran) == 2
