"""Sends metric events of AI agents to a Runfold service, with the standard library only.

    import runfold

    client = runfold.Client()                      # RUNFOLD_URL, RUNFOLD_KEY
    with client.start_run(user_id="ann", agent_id="helper") as run:
        run.message(model="gpt-5-mini", provider="openai", input_tokens=900, output_tokens=70)
        run.tool_call("search", time=0.4)

Nothing here raises into the agent, and nothing waits for the network: events are buffered and sent by a
background thread, again while the service is away, under ids that make repetition harmless.
"""

from .client import Client, Stats
from .run import Run

__all__ = ["Client", "Run", "Stats"]
__version__ = "0.1.0"
