/** Stands before the answer, since `sitecustomize` and wrapper scripts may print as well. */
export const ANSWER = 'VITEST_PYTHON_PROBE '

/**
 * Asks a Python what it is and which distributions it has; `argv[1]` is a JSON object of distribution → package.
 * Runs on any Python back to 2.7, so that an old one can be told from a broken one.
 * `-c` puts the working directory on sys.path: a project's `json.py` must not be taken for the standard library's.
 */
export const PROBE_SCRIPT = `
import sys
if sys.path and sys.path[0] == '': del sys.path[0]
import json
# Python 2 does not say; that it is too old is said all the same.
implementation = getattr(getattr(sys, 'implementation', None), 'name', 'cpython')
answer = {
    'executable': sys.executable,
    'version': '.'.join(str(part) for part in sys.version_info[:3]),
    'implementation': {'cpython': 'CPython', 'pypy': 'PyPy', 'graalpy': 'GraalPy'}.get(implementation, implementation),
    'abi': '', 'environment': 'none', 'distributions': {},
}
if sys.version_info >= (3, 10):
    import importlib.machinery, importlib.util, os
    if sys.prefix != sys.base_prefix: answer['environment'] = 'venv'
    elif os.path.isdir(os.path.join(sys.prefix, 'conda-meta')): answer['environment'] = 'conda'
    # Name of an extension module's file: cpython-311-x86_64-linux-gnu. macOS leaves out the machine, and some the ABI flags.
    abi = importlib.machinery.EXTENSION_SUFFIXES[0].strip('.').rsplit('.', 1)[0]
    machine = os.uname().machine
    answer['abi'] = abi + ('' if machine in abi else '-' + machine)
    versions = {}
    for path in reversed(sys.path):
        try:
            entries = os.listdir(path)
        except OSError:
            continue
        for entry in entries:
            if entry.endswith('.dist-info'):
                name, _, version = entry[:-len('.dist-info')].partition('-')
                versions[name.lower()] = version
    def version_of(name):
        # To import importlib.metadata takes longer than everything else here.
        version = versions.get(name.lower().replace('-', '_'))
        if version: return version
        import importlib.metadata
        return importlib.metadata.version(name)
    for name, module in json.loads(sys.argv[1]).items():
        try:
            found = importlib.util.find_spec(module) is not None
        except Exception:
            found = False
        try:
            version = version_of(name) if found else None
        except Exception:
            version = None
        answer['distributions'][name] = {'found': found, 'version': version}
print('${ANSWER}' + json.dumps(answer))
`
