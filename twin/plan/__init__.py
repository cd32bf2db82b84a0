"""Documents -> plan: every node, port, link, rate, delay and address. Pure; standard library only.

Nothing is imported here, so that the lab side pays only for the modules it uses: ``twin.plan.model`` (the plan),
``twin.plan.codec`` (JSON), ``twin.plan.build`` (topology -> plan), ``twin.plan.rules`` (its arithmetic).
"""
