"""Libraries that are used while a module is imported: how their workers start then, and why."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """A module that uses a library at its top level; its `use` must give the same in a worker."""

    library: str
    """Name of the distribution."""
    does: str
    """In the words of docs/compatibility.md."""
    code: str
    """The module; it defines `use`."""
    starts: str
    """`forked`, `paused` (forked while OpenMP's pool is paused) or `spawned`."""
    why: str
    nightly: bool = False


CASES = [
    Case(
        "numpy",
        "multiplies matrices",
        "import numpy\nA = numpy.ones((500, 500))\nB = A @ A\ndef use(): return float((A @ A)[0, 0])\n",
        "forked",
        "OpenBLAS ends its threads before a fork",
    ),
    Case(
        "polars",
        "is imported",
        "import numpy, polars\n"
        "def use(): return polars.DataFrame({'a': [1, 2]}).select(polars.col('a').sum()).item()\n",
        "forked",
        "its two threads only tidy up",
    ),
    Case(
        "polars",
        "runs a query",
        "import numpy, polars\nF = polars.DataFrame({'g': [i % 7 for i in range(200_000)], 'v': range(200_000)})\n"
        "def use(): return F.group_by('g').agg(polars.col('v').sum()).sort('g')['v'].to_list()[:2]\nuse()\n",
        "spawned",
        "its thread pool does not survive a fork",
    ),
    Case(
        "scikit-learn",
        "fits a model",
        "import numpy\nfrom sklearn.ensemble import HistGradientBoostingClassifier\nX = numpy.random.rand(5000, 20)\n"
        "y = (X[:, 0] > .5).astype(int)\ndef use():\n"
        "    return HistGradientBoostingClassifier(max_iter=5).fit(X, y).predict(X[:10]).shape[0]\nuse()\n",
        "paused",
        "OpenMP",
    ),
    Case(
        "numba",
        "runs a parallel function",
        "import numpy, numba\n@numba.njit(parallel=True)\ndef f(a):\n    s = 0.0\n"
        "    for i in numba.prange(a.shape[0]): s += a[i]\n    return s\n"
        "A = numpy.ones(1_000_000)\ndef use(): return [f(A), numba.threading_layer()]\nuse()\n",
        "paused",
        "OpenMP, and numba's own pool is started again in the worker",
    ),
    Case(
        "lightgbm",
        "trains a model",
        "import numpy, lightgbm\nX = numpy.random.rand(2000, 5)\ny = X[:, 0]\ndef use():\n"
        "    return lightgbm.train({'verbose': -1}, lightgbm.Dataset(X, y), 5).predict(X[:10]).shape[0]\nuse()\n",
        "paused",
        "OpenMP",
    ),
    Case(
        "gevent",
        "patches everything but threads",
        "from gevent import monkey; monkey.patch_all(thread=False, queue=False)\nimport gevent, time\n"
        "def use():\n    gs = [gevent.spawn(time.sleep, .05) for _ in range(3)]; gevent.joinall(gs); return len(gs)\n",
        "forked",
        "an event loop is made when it is used",
    ),
    Case(
        "gevent",
        "patches everything but threads, and waits",
        "from gevent import monkey; monkey.patch_all(thread=False, queue=False)\nimport gevent, time\n"
        "def use():\n    gs = [gevent.spawn(time.sleep, .05) for _ in range(3)]; gevent.joinall(gs); return len(gs)\n"
        "use()\n",
        "spawned",
        "its event loop is open",
    ),
    Case(
        "eventlet",
        "patches everything but threads",
        "import warnings; warnings.simplefilter('ignore')\nimport eventlet; eventlet.monkey_patch(thread=False)\n"
        "import time\n"
        "def use():\n    gs = [eventlet.spawn(time.sleep, .05) for _ in range(3)]; return [g.wait() for g in gs]\n",
        "spawned",
        "its event loop is open",
    ),
    Case(
        "duckdb",
        "runs a query",
        "import duckdb\nC = duckdb.connect()\nC.sql('create table t as select range as a from range(1000000)')\n"
        "def use(): return C.sql('select sum(a) from t').fetchall()[0][0]\nuse()\n",
        "spawned",
        "its threads do not survive a fork",
        nightly=True,
    ),
    Case(
        "jax",
        "multiplies matrices",
        "import jax.numpy\nA = jax.numpy.ones((500, 500))\ndef use(): return float((A @ A)[0, 0])\nuse()\n",
        "spawned",
        "its threads do not survive a fork",
        nightly=True,
    ),
    Case(
        "onnxruntime",
        "opens a session",
        "import numpy, onnxruntime\nfrom onnx import TensorProto, helper\n"
        "I, O = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [2]) for n in 'io')\n"
        "G = helper.make_graph([helper.make_node('Add', ['i', 'i'], ['o'])], 'g', [I], [O])\n"
        "M = helper.make_model(G, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)\n"
        "S = onnxruntime.InferenceSession(M.SerializeToString())\n"
        "def use(): return S.run(None, {'i': numpy.ones(2, 'float32')})[0].tolist()\nuse()\n",
        "spawned",
        "its threads do not survive a fork",
        nightly=True,
    ),
    Case(
        "torch",
        "multiplies tensors and trains",
        "import torch\nA = torch.ones(500, 500, requires_grad=True)\n"
        "def use():\n    (A @ A).sum().backward()\n    return float(A.grad[0, 0]) > 0\nuse()\n",
        "paused",
        "OpenMP",
        nightly=True,
    ),
    Case(
        "xgboost",
        "trains a model",
        "import numpy, xgboost\nX = numpy.random.rand(2000, 5)\ndef use():\n"
        "    return xgboost.XGBRegressor(n_estimators=5).fit(X, X[:, 0]).predict(X[:10]).shape[0]\nuse()\n",
        "paused",
        "OpenMP",
        nightly=True,
    ),
    Case(
        "sqlalchemy",
        "makes an engine",
        "import sqlalchemy\nE = sqlalchemy.create_engine('sqlite://')\n"
        "def use():\n    with E.connect() as c: return c.execute(sqlalchemy.text('select 1')).scalar()\n",
        "forked",
        "an engine connects when it is used",
    ),
    Case(
        "requests",
        "makes a session",
        "import requests\nSESSION = requests.Session()\ndef use(): return len(SESSION.adapters)\n",
        "forked",
        "a session connects when it is used",
    ),
]
