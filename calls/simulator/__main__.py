"""`python -m calls.simulator`: run the simulator until it is interrupted."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from calls.simulator.app import serve
from calls.simulator.config import DEMO_NUMBERS, SimulatorConfig
from calls.simulator.scenario import BadScenario

logger = logging.getLogger("calls.simulator")


def number(text: str) -> tuple[str, str]:
    alias, joint, e164 = text.partition("=")
    if not joint or not e164.startswith("+"):
        raise argparse.ArgumentTypeError(f"{text!r} is not ALIAS=+NUMBER")
    return alias, e164


def parse(arguments: Sequence[str]) -> SimulatorConfig:
    parser = argparse.ArgumentParser("calls.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--public-origin", default="https://phoneops.test")
    parser.add_argument("--connect-to", default="127.0.0.1:8000", metavar="HOST:PORT")
    parser.add_argument("--account-sid", required=True)
    parser.add_argument("--auth-token", required=True)
    parser.add_argument("--openai-key", required=True)
    parser.add_argument("--project-id", default="proj_simulated", metavar="proj_…")
    parser.add_argument(
        "--openai-webhook-secret",
        default="",
        metavar="whsec_…",
        help="signs the webhooks of incoming SIP calls; without it none are sent",
    )
    parser.add_argument("--fallback-url", default="", help="VoiceFallbackUrl")
    parser.add_argument("--speed", type=float, default=1.0, help="times life's pace")
    parser.add_argument("--call-cap", type=float, default=90.0, metavar="SECONDS")
    parser.add_argument(
        "--number",
        type=number,
        action="append",
        default=[],
        metavar="ALIAS=+NUMBER",
        help="a number of the account; may be repeated",
    )
    given = parser.parse_args(arguments)
    try:
        return SimulatorConfig(
            account_sid=given.account_sid,
            auth_token=given.auth_token,
            openai_key=given.openai_key,
            openai_project=given.project_id,
            openai_webhook_secret=given.openai_webhook_secret,
            port=given.port,
            public_origin=given.public_origin,
            connect_to=given.connect_to,
            numbers={**DEMO_NUMBERS, **dict(given.number)},
            fallback_url=given.fallback_url,
            speed=given.speed,
            call_cap_s=given.call_cap,
        )
    except ValueError as error:
        parser.error(str(error))


async def run(config: SimulatorConfig) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number_of in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number_of, stop.set)
    async with serve(config) as (simulator, port):
        logger.info(
            "Simulator on port %s plays %s with %s scenarios",
            port,
            config.public_origin,
            len(simulator.scenarios),
        )
        await stop.wait()


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    config = parse(sys.argv[1:])
    try:
        asyncio.run(run(config))
    except (OSError, BadScenario) as error:
        logger.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
