"""The WSGI application for a server such as gunicorn: `gunicorn app:app`."""

from hotline import create_app
from hotline.logs import set_up_logs

set_up_logs()
app = create_app()
