from blinker import Signal

template_rendered = Signal()
before_render_template = Signal()
request_started = Signal()
request_finished = Signal()
request_tearing_down = Signal()
got_request_exception = Signal()
appcontext_tearing_down = Signal()
appcontext_pushed = Signal()
appcontext_popped = Signal()
message_flashed = Signal()
