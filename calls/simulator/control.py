"""The control API under `/simulator/`: batches, violations, bills, the model's tally.

It is for people and programs on this machine: `manage.py simulate`, tests, the bench.
"""

from collections.abc import Mapping

import orjson
from aiohttp import web

from calls.simulator.batches import BadBatch, Batch, Batches, read_spec
from calls.simulator.knobs import BadKnob
from calls.simulator.openai_api.service import ModelService
from calls.simulator.scenario import Scenario
from calls.simulator.violations import ViolationLog


def answer(body: object, status: int = 200) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, content_type="application/json"
    )


class Control:
    def __init__(
        self, batches: Batches, violations: ViolationLog, model: ModelService
    ) -> None:
        self.batches = batches
        self.violations = violations
        self.model = model

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        return self.batches.scenarios

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/simulator/", self.health),
            web.get("/simulator/scenarios", self.list_scenarios),
            web.post("/simulator/batches", self.start),
            web.get("/simulator/batches/{id}", self.progress),
            web.delete("/simulator/batches/{id}", self.stop),
            web.get("/simulator/violations", self.list_violations),
            web.delete("/simulator/violations", self.clear_violations),
            web.get("/simulator/model", self.tally),
            web.post("/simulator/bills", self.set_bills),
        ]

    async def health(self, request: web.Request) -> web.StreamResponse:
        config = self.batches.carrier.config
        return answer(
            {
                "ok": True,
                "public_origin": config.public_origin,
                "connect_to": config.connect_to,
                "numbers": dict(config.numbers),
                "speed": config.speed,
            }
        )

    async def list_scenarios(self, request: web.Request) -> web.StreamResponse:
        return answer(
            [
                {
                    "name": s.name,
                    "description": s.description,
                    "to": s.to,
                    "path": s.path,
                }
                for s in self.scenarios.values()
            ]
        )

    async def start(self, request: web.Request) -> web.StreamResponse:
        try:
            numbers = self.batches.carrier.config.numbers
            body = orjson.loads(await request.read())
            spec = read_spec(body, self.scenarios, numbers)
        except orjson.JSONDecodeError:
            return answer({"error": "the body is not JSON"}, 400)
        except (BadBatch, BadKnob, ValueError) as error:
            return answer({"error": str(error)}, 400)
        return answer(self.batches.start(spec).as_dict(), 201)

    def _batch(self, request: web.Request) -> Batch:
        batch = self.batches.known.get(request.match_info["id"])
        if batch is None:
            raise web.HTTPNotFound(
                text='{"error": "there is no such batch"}',
                content_type="application/json",
            )
        return batch

    async def progress(self, request: web.Request) -> web.StreamResponse:
        """`?since=N` leaves out the first N results, for a client that has them."""
        since = request.query.get("since", "0")
        first = int(since) if since.isdecimal() else 0
        return answer(self._batch(request).as_dict(first))

    async def stop(self, request: web.Request) -> web.StreamResponse:
        batch = self._batch(request)
        self.batches.stop(batch)
        return answer(batch.as_dict())

    async def list_violations(self, request: web.Request) -> web.StreamResponse:
        log = self.violations
        return answer(
            {"total": log.total, "violations": [v.as_dict() for v in log.kept]}
        )

    async def clear_violations(self, request: web.Request) -> web.StreamResponse:
        self.violations.clear()
        return answer({"total": 0, "violations": []})

    async def set_bills(self, request: web.Request) -> web.StreamResponse:
        """`{"surplus": 0.1}`: both providers bill a tenth more than was used."""
        try:
            surplus = float(orjson.loads(await request.read())["surplus"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return answer({"error": 'the body must be {"surplus": NUMBER}'}, 400)
        self.batches.carrier.billing_surplus = self.model.costs.surplus = surplus
        return answer({"surplus": surplus})

    async def tally(self, request: web.Request) -> web.StreamResponse:
        return answer(self.model.tally.as_dict())
