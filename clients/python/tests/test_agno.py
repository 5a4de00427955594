"""Tracking, against objects shaped as Agno's own, 1.x and 2.x; and against Agno where it is installed."""

import asyncio
import json
import os
import unittest

import runfold.agno

SECRET = "canary-7f3a"


class Documents:
    """Stands in the client's place: keeps what would be sent."""

    def __init__(self):
        self.sent = []

    def _emit_document(self, media_type, value):
        assert media_type == "application/vnd.agno.run+json"
        self.sent.append(json.loads(json.dumps(value)))


class RunOutput:
    def __init__(self, run_id="run-1", status="COMPLETED", members=()):
        self.run_id, self.status, self.members = run_id, status, list(members)
        self.messages = []

    def to_dict(self):
        return {
            "run_id": self.run_id, "session_id": "s-1", "agent_id": "helper", "user_id": "ann", "status": self.status,
            "model": "gpt-5-mini", "model_provider": "OpenAI", "content": SECRET, "input": {"input_content": SECRET},
            "session_state": {"x": SECRET}, "metrics": {"input_tokens": 10, "duration": 1.5},
            "messages": [
                {"role": "user", "content": SECRET, "created_at": 1750000000},
                {"role": "assistant", "content": SECRET, "reasoning_content": SECRET, "created_at": 1750000001,
                 "metrics": {"input_tokens": 10, "output_tokens": 2, "duration": 0.5, "provider_metrics": {"tier": "a"}},
                 "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "search", "arguments": SECRET}}]},
                {"role": "tool", "content": SECRET, "tool_call_id": "c1", "tool_name": "search",
                 "tool_args": {"q": SECRET}, "tool_call_error": False, "created_at": 1750000002},
            ],
            "tools": [{"tool_call_id": "c1", "tool_name": "search", "tool_args": {"q": SECRET}, "result": SECRET,
                       "metrics": {"duration": 0.25}}],
            **({"member_responses": [one.to_dict() for one in self.members]} if self.members else {}),
        }


class Event:
    def __init__(self, event, run_id="run-1", **more):
        self.event, self.run_id, self.session_id, self.agent_id = event, run_id, "s-1", "helper"
        self.__dict__.update(more)


class Agent2:
    """As Agno 2.x: `run` returns a run or an iterator, `arun` a coroutine or an asynchronous iterator."""

    stream = None

    def run(self, input, *, stream=None, session_id=None, yield_run_output=None, fail=None):
        if not stream:
            if fail:
                raise fail
            return RunOutput()
        return self._stream(yield_run_output, fail)

    def _stream(self, yield_run_output, fail):
        yield Event("RunStarted")
        yield Event("RunContent", run_id="member-run")
        if fail:
            raise fail
        yield Event("RunCompleted")
        if yield_run_output:
            yield RunOutput()

    def arun(self, input, *, stream=None, yield_run_output=None, fail=None):
        if stream:
            return self._astream(yield_run_output, fail)
        return self._arun(fail)

    async def _arun(self, fail):
        if fail:
            raise fail
        return RunOutput()

    async def _astream(self, yield_run_output, fail):
        for item in self._stream(yield_run_output, fail):
            yield item


class Agent1:
    """As Agno 1.x: the last run stays on the agent, and `arun` is a coroutine that may give a stream."""

    run_response = None

    def run(self, message, *, stream=None):
        self.run_response = RunOutput()
        return self._chunks() if stream else self.run_response

    def _chunks(self):
        yield Event("RunResponse")
        yield Event("RunResponse")

    async def arun(self, message, *, stream=None):
        self.run_response = RunOutput()
        return self._achunks() if stream else self.run_response

    async def _achunks(self):
        for chunk in self._chunks():
            yield chunk


class Tracking(unittest.TestCase):
    def tracked(self, agent):
        documents = Documents()
        return runfold.agno.track(agent, documents), documents

    def test_a_run_is_told_once_and_returned_as_it_was(self):
        for kind in (Agent1, Agent2):
            agent, documents = self.tracked(kind())
            runfold.agno.track(agent, documents)
            result = agent.run("hi")
            self.assertIsInstance(result, RunOutput)
            self.assertIsInstance(asyncio.run(agent.arun("hi")), RunOutput)
            self.assertEqual([one["run_id"] for one in documents.sent], ["run-1", "run-1"])

    def test_no_text_leaves_the_process(self):
        agent, documents = self.tracked(Agent2())
        agent.run("hi")
        self.assertNotIn(SECRET, json.dumps(documents.sent))
        told = documents.sent[0]
        self.assertEqual(told["messages"][1]["metrics"]["input_tokens"], 10)
        self.assertEqual(told["tools"][0]["result"], True)

    def test_a_stream_is_passed_on_unchanged_and_told_at_its_end(self):
        for kind in (Agent1, Agent2):
            agent, documents = self.tracked(kind())
            items = list(agent.run("hi", stream=True))
            self.assertTrue(all(isinstance(item, Event) for item in items), items)
            self.assertEqual(documents.sent[0]["messages"][1]["metrics"]["output_tokens"], 2)

            async def collect():
                given = agent.arun("hi", stream=True)
                stream = await given if asyncio.iscoroutine(given) else given
                return [item async for item in stream]

            self.assertEqual(len(asyncio.run(collect())), len(items))
            self.assertEqual(len(documents.sent), 2)

    def test_a_stream_that_asks_for_the_run_gets_it(self):
        agent, documents = self.tracked(Agent2())
        items = list(agent.run("hi", stream=True, yield_run_output=True))
        self.assertIsInstance(items[-1], RunOutput)
        self.assertEqual(len(documents.sent), 1)

    def test_a_run_that_raises_is_told_as_failed_and_raises(self):
        agent, documents = self.tracked(Agent2())
        with self.assertRaises(ValueError):
            list(agent.run("hi", stream=True, fail=ValueError("no")))
        self.assertEqual((documents.sent[0]["run_id"], documents.sent[0]["status"]), ("run-1", "error"))
        with self.assertRaises(KeyboardInterrupt):
            list(agent.run("hi", stream=True, fail=KeyboardInterrupt()))
        self.assertEqual(documents.sent[1]["status"], "cancelled")
        with self.assertRaises(ValueError):
            asyncio.run(agent.arun("hi", fail=ValueError("no")))

    def test_a_stream_that_is_left_early_is_told_as_cancelled(self):
        agent, documents = self.tracked(Agent2())
        stream = agent.run("hi", stream=True)
        next(stream)
        stream.close()
        self.assertEqual(documents.sent[0]["status"], "cancelled")

    def test_members_of_a_team_go_with_it(self):
        documents = Documents()
        runfold.agno.send(RunOutput("team", members=[RunOutput("m1"), RunOutput("m2")]), documents)
        self.assertEqual([one["run_id"] for one in documents.sent[0]["member_responses"]], ["m1", "m2"])

    def test_the_ids_and_names_of_a_run_are_told_and_nothing_else(self):
        names = ("run_id session_id parent_run_id agent_id agent_name team_id team_name workflow_id workflow_name "
                 "user_id model model_provider created_at status forked_from_run_id").split()
        run = {**{name: f"the {name}" for name in names}, "content": SECRET, "reasoning": [SECRET]}
        tool = {"tool_call_id": "c1", "tool_name": "search", "tool_call_error": True, "child_run_id": "below",
                "metrics": {"duration": 0.25}}
        figures = runfold.agno.figures_of({**run, "tools": [{**tool, "tool_args": SECRET}]})
        self.assertEqual(figures, {**{name: f"the {name}" for name in names}, "tools": [tool]})

    def test_a_run_in_the_background_is_told_when_it_has_begun(self):
        documents = Documents()
        runfold.agno.send(RunOutput(status="PENDING"), documents)
        self.assertEqual(documents.sent, [])
        runfold.agno.send(RunOutput(status="RUNNING"), documents)
        self.assertEqual(len(documents.sent), 1)

    def test_a_run_that_fails_before_it_says_a_word_is_told_with_what_was_asked(self):
        agent, documents = self.tracked(Agent2())
        with self.assertRaises(ValueError):
            agent.run("hi", session_id="s-9", fail=ValueError("no"))
        self.assertEqual(documents.sent, [])  # it has no run id

        class Named(Agent2):
            def run(self, input, *, run_id=None, session_id=None, user_id=None):
                raise ValueError("no")

        agent, documents = self.tracked(Named())
        with self.assertRaises(ValueError):
            agent.run("hi", run_id="r-9", session_id="s-9", user_id="ann")
        self.assertEqual(documents.sent, [{"run_id": "r-9", "session_id": "s-9", "user_id": "ann", "status": "error"}])

    def test_a_stream_without_its_run_ends_as_its_last_event_says(self):
        class Ending(Agent2):
            def run(self, input, *, stream=None, last=None):
                yield Event("RunStarted", team_id="t-1")
                yield Event(last)
                yield Event("RunError", run_id="member-run")

        for last, status in (("RunPaused", "paused"), ("RunCancelled", "cancelled"), ("RunError", "error"),
                             ("RunCompleted", "completed"), ("RunContent", "cancelled")):
            agent, documents = self.tracked(Ending())
            list(agent.run("hi", stream=True, last=last))
            told = documents.sent[0]
            self.assertEqual((told["run_id"], told["session_id"], told["agent_id"], told["team_id"], told["status"]),
                             ("run-1", "s-1", "helper", "t-1", status))

    def test_a_class_can_be_tracked(self):
        class Agent3(Agent2):
            pass

        _, documents = self.tracked(Agent3)
        Agent3().run("hi")
        Agent2().run("hi")
        self.assertEqual(len(documents.sent), 1)

    def test_arun_stays_a_coroutine_function(self):
        agent, _ = self.tracked(Agent1())
        self.assertTrue(asyncio.iscoroutinefunction(agent.arun))

    def test_what_goes_wrong_here_never_reaches_the_agent(self):
        class Broken(RunOutput):
            def to_dict(self):
                raise RuntimeError("broken")

        class Agent4(Agent2):
            def run(self, input):
                return Broken()

        agent, documents = self.tracked(Agent4())
        with self.assertLogs("runfold"):
            self.assertIsInstance(agent.run("hi"), Broken)
        self.assertEqual(documents.sent, [])


if __name__ == "__main__":
    unittest.main()
