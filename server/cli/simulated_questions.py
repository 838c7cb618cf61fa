"""What simulated students ask in a physics class on forces on an incline, and what a simulated teacher answers."""

from typing import NamedTuple


class SimulatedQuestion(NamedTuple):
    """A question, its answer, and how it is relayed."""

    text: str
    answer: str
    is_blocking: bool = False
    is_shareable: bool = False
    is_verbatim: bool = True


QUESTIONS = (
    SimulatedQuestion(
        "Why does the normal force get smaller when the ramp is steeper?",
        "It only has to balance the part of the weight that presses into the ramp, and that is m g cos θ.",
        is_shareable=True,
    ),
    SimulatedQuestion(
        "Which way does friction point if the block is not moving yet?",
        "Against the way it would slide if there were no friction: here, up the ramp.",
        is_shareable=True,
    ),
    SimulatedQuestion("Is m g sin θ the whole weight or just a part of it?", "A part: the one along the ramp."),
    SimulatedQuestion(
        "Our force sensor reads 0.4 N with nothing on the hook. Do we start over?",
        "No. Press zero with the hook hanging free, then go on.",
        is_blocking=True,
    ),
    SimulatedQuestion(
        "Asks whether they may tilt the axes or must keep x flat on the floor.",
        "Tilt them: x along the ramp, y away from it. Then only the weight needs splitting.",
        is_shareable=True,
        is_verbatim=False,
    ),
    SimulatedQuestion("How do I know if it is sine or cosine?", "At 0° nothing pulls along the ramp, and sin 0 is 0."),
    SimulatedQuestion(
        "We do not see the diagram on our screen, only your face.",
        "Sorry! I am sharing it again now.",
        is_blocking=True,
    ),
    SimulatedQuestion("Does a heavier block slide sooner?", "No: the mass is on both sides and cancels. Try it."),
    SimulatedQuestion("Is the coefficient of friction ever more than 1?", "Yes. Rubber on dry concrete can be."),
    SimulatedQuestion(
        "What is the unit of the coefficient?", "None: it is a force divided by a force.", is_shareable=True
    ),
    SimulatedQuestion("Why is kinetic friction less than static?", "Moving surfaces have less time to settle in."),
    SimulatedQuestion("Do we round θ before we take the tangent?", "Keep all the digits until the last line."),
    SimulatedQuestion(
        "Got 9.2 for g from the ramp and wants to know if that is a mistake.",
        "It is friction. Write down why it makes g come out small.",
        is_verbatim=False,
    ),
    SimulatedQuestion(
        "In problem 3, is the rope part of the system?",
        "You choose. Without it, its pull is an outside force and goes into the drawing.",
        is_shareable=True,
    ),
    SimulatedQuestion("Can the acceleration be negative if it speeds up?", "Yes, if it speeds up the negative way."),
    SimulatedQuestion(
        "The block just sits there at 15 degrees. Is our ramp broken?",
        "No, that is static friction holding it. Raise the ramp one degree at a time.",
    ),
    SimulatedQuestion("Is weight the same as m g on the ramp too?", "Yes, and it still points straight down."),
    SimulatedQuestion("Why do we draw the forces from one dot?", "Then their directions are easy to compare."),
    SimulatedQuestion(
        "Do we hand in the graph on paper or as a photo?", "A photo is fine; keep the paper.", is_shareable=True
    ),
    SimulatedQuestion("What if the ramp was in an elevator?", "Lovely. Use g + a for g, and tell me what changes."),
    SimulatedQuestion(
        "Cannot find the second page of the lab sheet.",
        "It is behind the first in the folder for today.",
        is_blocking=True,
        is_verbatim=False,
    ),
    SimulatedQuestion("Is tension the same on both ends of the string?", "For a light string, yes."),
    SimulatedQuestion("How many trials do we need for each angle?", "Three. Five if they disagree."),
    SimulatedQuestion("Does it matter how much of the block touches the ramp?", "Surprisingly, no. Turn it and see."),
    SimulatedQuestion("When it slides at a steady speed, is the net force zero?", "Exactly zero.", is_shareable=True),
    SimulatedQuestion("Why is my slope negative?", "Your sensor calls down the ramp negative. Say so in a note."),
    SimulatedQuestion("Is θ the angle at the bottom or at the top?", "At the bottom, between ramp and floor."),
    SimulatedQuestion(
        "Asks how the ramp relates to the truck pull-offs on the pass.",
        "The gravel is friction on purpose. Work out how long one must be for 25 m/s.",
        is_shareable=True,
        is_verbatim=False,
    ),
    SimulatedQuestion("Can friction do positive work?", "Yes: it is what carries a box along on a moving belt."),
    SimulatedQuestion("Do we have to count the pulley's mass?", "Not today. It is small beside the blocks."),
    SimulatedQuestion("What does 'at the point of slipping' mean?", "Static friction is at its largest just then."),
    SimulatedQuestion("Is it okay if our percent error is 12?", "Yes, if you can say where it comes from."),
    SimulatedQuestion(
        "Our video froze when you did the part with the tangent.",
        "I will do it once more, slowly: tan θ is the coefficient when it just slips.",
        is_blocking=True,
    ),
    SimulatedQuestion("Which equation has no time in it?", "v² = v₀² + 2 a x."),
    SimulatedQuestion("Why do we use the small cart and not the block?", "Its wheels make friction nearly nothing."),
    SimulatedQuestion("Would this work on the Moon?", "Yes, all forces are a sixth, and it slips at the same angle."),
    SimulatedQuestion(
        "Wonders whether the harder problems will be on Friday's quiz.",
        "Number 5 will not. Something like number 3 will.",
        is_shareable=True,
        is_verbatim=False,
    ),
    SimulatedQuestion("If I push up the ramp, does friction turn around?", "Yes. It is always against the sliding."),
    SimulatedQuestion("Do I add the forces or subtract them?", "Add them with their signs: that is the whole trick."),
    SimulatedQuestion("Can you say the last step again, please?", "Divide both sides by m, and it drops out."),
)

OTHER_ANSWER = "Good question. I have taken it up with the whole class just now."
"""To a question that a person asked while nobody taught."""
