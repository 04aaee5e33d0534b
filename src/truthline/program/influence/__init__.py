"""What can have an influence on what: value flow and control over the value engine's solved contexts.

A question starts at a register and goes backward, one instruction at a time, to what its value comes from. Nothing is
built before it is asked for.

`control`     which tests decide whether a block runs, and which of its ways is taken
`sites`       who calls a context, and with which registers
`graph`       the nodes and edges of a question
`walk`        the way backward, by which a call is left where it was entered
`memory`      who wrote what a read may see
`dependence`  what each instruction's value depends on
`outside`     what calls into code that is not analysed do
`decisions`   mode "decide": from what a flow decides back to the state
"""
