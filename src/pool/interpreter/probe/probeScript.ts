/** Precedes the answer, because `sitecustomize` and wrapper scripts may print as well. */
export const ANSWER = 'VITEST_PYTHON_PROBE '

/**
 * Prints the version of a Python and the distributions that it has. `argv[1]` is a JSON object of distribution → package.
 * The script runs on any Python back to 2.7, so an old Python can be told from a broken one. `-c` puts the working
 * directory on sys.path; the script removes it, so a project's `json.py` does not replace the standard library's.
 */
export const PROBE_SCRIPT = `
import sys
if sys.path and sys.path[0] == '': del sys.path[0]
import json
# Python 2 has no sys.implementation. It is refused as too old anyway.
implementation = getattr(getattr(sys, 'implementation', None), 'name', 'cpython')
answer = {
    'executable': sys.executable,
    'version': '.'.join(str(part) for part in sys.version_info[:3]),
    'implementation': {'cpython': 'CPython', 'pypy': 'PyPy', 'graalpy': 'GraalPy'}.get(implementation, implementation),
    'abi': '', 'environment': 'none', 'distributions': {}, 'prefix': sys.prefix,
}
if sys.version_info >= (3, 10):
    import importlib.machinery, importlib.util, os
    if sys.prefix != sys.base_prefix: answer['environment'] = 'venv'
    elif os.path.isdir(os.path.join(sys.prefix, 'conda-meta')): answer['environment'] = 'conda'
    # From the file name of an extension module: cpython-311-x86_64-linux-gnu. On macOS it lacks the machine.
    abi = importlib.machinery.EXTENSION_SUFFIXES[0].strip('.').rsplit('.', 1)[0]
    machine = os.uname().machine
    answer['abi'] = abi + ('' if machine in abi else '-' + machine)
    versions = {}
    watched = sys.path + [os.path.join(sys.prefix, 'conda-meta')]
    watched += [getattr(sys.modules.get(name), at, None) for name, at in (
        ('site', 'USER_SITE'), ('sitecustomize', '__file__'), ('usercustomize', '__file__'))]
    for path in reversed(sys.path):
        try:
            entries = os.listdir(path)
        except OSError:
            continue
        for entry in entries:
            if entry.endswith('.pth'): watched.append(os.path.join(path, entry))
            if entry.endswith('.dist-info'):
                name, _, version = entry[:-len('.dist-info')].partition('-')
                versions[name.lower()] = version
    def version_of(name):
        # Importing importlib.metadata takes longer than the rest of this script.
        version = versions.get(name.lower().replace('-', '_'))
        if version: return version
        import importlib.metadata
        return importlib.metadata.version(name)
    for name, module in json.loads(sys.argv[1]).items():
        try:
            spec = importlib.util.find_spec(module)
            watched += spec and spec.submodule_search_locations or []
        except Exception:
            spec = None
        found = spec is not None
        # An entry of a namespace package does not change the directory above it.
        watched += getattr(sys.modules.get(module.partition('.')[0]), '__path__', [])
        try:
            version = version_of(name) if found else None
        except Exception:
            version = None
        answer['distributions'][name] = {'found': found, 'version': version}
    answer['watched'] = sorted({os.path.abspath(path) for path in watched if path})
print('${ANSWER}' + json.dumps(answer))
`
