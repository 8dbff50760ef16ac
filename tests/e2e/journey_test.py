"""The demo journey, whole, against the private cluster."""
import sys

import world

journey = world.story.Journey(world.arguments())
failed = []
for step in world.story.Journey.STEPS:
    try:
        getattr(journey, step)()
    except (world.story.Problem, KeyError, IndexError, OSError, ValueError) as problem:
        failed.append(step)
        print(f"{step}: {type(problem).__name__}: {problem}")
        break
print(f"{len(world.story.Journey.STEPS) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
