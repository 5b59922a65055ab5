import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/indexServer.ts'
import { makeProject, runCli, startCli } from '../support/runCli.ts'
import { basePython, makeVenv, script } from '../unit/pool/interpreter/scratch.ts'

/** Settings of pip that replace the user's, with short timeouts. */
const STRICT = {
  PIP_CONFIG_FILE: '/dev/null',
  PIP_FIND_LINKS: '',
  PIP_EXTRA_INDEX_URL: '',
  PIP_CERT: '',
  PIP_RETRIES: '1',
  PIP_DEFAULT_TIMEOUT: '5',
  VITEST_PYTHON: basePython,
  NO_PROXY: '',
  no_proxy: '',
}

/** The overlays in a cache, complete or not. */
const overlays = (cache: string) =>
  existsSync(join(cache, 'overlay')) ? readdirSync(join(cache, 'overlay')) : []

describe.concurrent('setup', () => {
  test('finds Python, installs the packages of the workers, and tests a worker', async () => {
    using project = makeProject('setup')
    symlinkSync('/nowhere/venv', join(project.directory, '.venv'))
    const cache = join(project.directory, 'cache')
    const { exitCode, output } = await runCli(project.directory, ['setup'], { VITEST_PYTHON_CACHE: cache })
    expect(output).toMatch(/Skipped: \.venv in .* does not exist/)
    expect(output).toMatch(/✓ Python 3\.\d+\.\d+: /)
    expect(output).toContain('is outside a virtual environment')
    expect(output).toMatch(/✓ Importable: grpcio \d/)
    expect(output).toMatch(/✓ A worker answered a gRPC call after \d+\.\d s, and no process is left/)
    expect(output).toContain('Python is ready.')
    expect(exitCode).toBe(0)
    expect(overlays(cache)).toHaveLength(1)
  })

  test('a Python whose runs leave processes is not reported as ready', async () => {
    using project = makeProject('setup')
    // A sitecustomize that starts a process in every Python of the run.
    const daemon =
      "subprocess.Popen(['sleep', '123'], start_new_session=True, stdin=-3, stdout=-3, stderr=-3)"
    const text = `import os, subprocess\nif 'VITEST_PYTHON_RUN_ID' in os.environ: ${daemon}\n`
    writeFileSync(join(project.directory, 'sitecustomize.py'), text)
    const env = { PYTHONPATH: project.directory, VITEST_PYTHON: basePython }
    const { exitCode, output } = await runCli(project.directory, ['setup'], env)
    expect(output).toContain('The run of the test worker did not end clean')
    expect(output).toMatch(/\(sleep 123\).*killed now/)
    expect(output).toContain('(TRY_OUT_FAILED)')
    expect(exitCode).toBe(1)
  })

  test('two concurrent setups succeed, and make one overlay', async () => {
    using project = makeProject('setup')
    const env = { VITEST_PYTHON_CACHE: join(project.directory, 'cache') }
    const both = await Promise.all([1, 2].map(() => runCli(project.directory, ['setup'], env)))
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(overlays(env.VITEST_PYTHON_CACHE)).toHaveLength(1)
  })

  test.each([
    ['ray = "2.60.0"', 0, /✓ Ray 2\.60\.0 on Python 3\.\d+\.\d+; the cluster must have the same versions/],
    [
      '',
      1,
      /needs Ray, and it is not installed\. What to do: .*python -m pip install ray==[\s\S]*CLUSTER_UNUSABLE/,
    ],
    ['ray = "2.9.3"', 1, /Ray 2\.9\.3\. What to do: 2\.40 or newer is needed[\s\S]*CLUSTER_UNUSABLE/],
  ] as const)('a cluster in the configuration, and %j in the environment: exits with %i', async (ray, code, text) => {
    using project = makeProject('setup')
    const plugin = (cluster: string) => `import { python } from 'vitest-environment-python/vitest'
export default { plugins: [python({ ${cluster} })] }`
    writeFileSync(join(project.directory, 'vitest.config.mjs'), plugin("cluster: { engine: 'ray' }"))
    const python = makeVenv(join(project.directory, '.venv'))
    const [version] = readdirSync(join(project.directory, '.venv/lib')) as [string]
    const site = join(project.directory, '.venv/lib', version, 'site-packages')
    if (ray) writeFileSync(join(site, 'ray.py'), `__version__ ${ray.slice(3)}`)
    const { exitCode, output } = await runCli(project.directory, ['setup'], { VITEST_PYTHON: python })
    expect(output).toMatch(text)
    expect(exitCode).toBe(code)
    if (code === 0) return
    // Control: without a cluster, Ray isn't needed.
    writeFileSync(join(project.directory, 'vitest.config.mjs'), plugin(''))
    const without = await runCli(project.directory, ['setup'], { VITEST_PYTHON: python })
    expect(without.output).not.toContain('Ray')
    expect(without.exitCode).toBe(0)
  })

  test('a configuration that cannot be read is named, and Python is ready all the same', async () => {
    using project = makeProject('setup')
    writeFileSync(join(project.directory, 'vitest.config.mjs'), 'throw new Error("no")')
    const { exitCode, output } = await runCli(project.directory, ['setup'])
    expect(output).toContain('! The configuration cannot be read, so a cluster in it is not checked')
    expect(exitCode).toBe(0)
  })

  test('Ctrl-C during an installation leaves no incomplete overlay', async () => {
    using project = makeProject('setup')
    const cache = join(project.directory, 'cache')
    // An installer that has written a file and is not done.
    const uv = script(join(project.directory, 'bin/uv'), 'touch "$6/half"; exec sleep 60')
    const env = {
      VITEST_PYTHON_CACHE: cache,
      VITEST_PYTHON: basePython,
      PATH: `${join(uv, '..')}:${process.env['PATH']}`,
    }
    const { child, ended } = startCli(project.directory, ['setup'], env)
    const halves = () =>
      overlays(cache).filter((name) => existsSync(join(cache, 'overlay', name, 'overlay/half')))
    await expect.poll(halves, { timeout: 30_000, message: 'the installation to begin' }).toHaveLength(1)
    child.kill('SIGINT')
    const { exitCode, output } = await ended
    expect(output).toContain('was interrupted. The next run starts it again')
    expect(output).toContain('OVERLAY_INTERRUPTED')
    expect(exitCode).toBe(130)
    expect(overlays(cache)).toEqual([])
  })
})

describe.concurrent('setup that cannot install names the cause in one sentence', () => {
  async function fail(env: NodeJS.ProcessEnv, sentence: string, code = 'OVERLAY_INSTALL_FAILED') {
    using project = makeProject('setup')
    const cache = join(project.directory, 'cache')
    const result = await runCli(project.directory, ['setup'], {
      ...STRICT,
      VITEST_PYTHON_CACHE: cache,
      ...env,
    })
    expect(result.output).toContain(sentence)
    expect(result.output).toContain(code)
    expect(result.exitCode).toBe(1)
    expect(overlays(cache)).toEqual([])
  }

  test('no network', () =>
    fail({ PIP_INDEX_URL: 'http://127.0.0.1:9/simple' }, 'The package index cannot be reached'))

  test('a certificate that is not trusted', async () => {
    using project = makeProject('tls')
    using server = await startServer(404, project.directory)
    await fail({ PIP_INDEX_URL: `https://127.0.0.1:${server.port}/simple` }, 'is not trusted')
  })

  test.each([
    [407, 'The proxy asks for a name and a password'],
    [403, 'The proxy refuses'],
  ])('a proxy that answers %i', async (status, sentence) => {
    using server = await startServer(status)
    const proxy = `http://127.0.0.1:${server.port}`
    await fail(
      { PIP_INDEX_URL: 'https://index.invalid/simple', HTTPS_PROXY: proxy, https_proxy: proxy },
      sentence,
    )
  })

  test('a disk that is full', async () => {
    using project = makeProject('full')
    const words = 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device'
    const uv = script(join(project.directory, 'bin/uv'), `echo "${words}" >&2; exit 1`)
    const PATH = `${join(uv, '..')}:${process.env['PATH']}`
    await fail({ PATH, PIP_INDEX_URL: 'http://127.0.0.1:9/simple' }, 'is full: free some space')
  })

  test('a cache that cannot be written', async () => {
    using project = makeProject('file')
    writeFileSync(join(project.directory, 'file'), '')
    const cache = join(project.directory, 'file/cache')
    await fail({ VITEST_PYTHON_CACHE: cache }, 'a part of the path is a file', 'OVERLAY_CACHE_UNWRITABLE')
  })

  test('no Python', async () => {
    const env = { VITEST_PYTHON: '/nowhere/python3' }
    await fail(env, '/nowhere/python3 does not exist', 'PYTHON_NOT_FOUND')
  })
})

describe.concurrent('setup --project', () => {
  const withProject = (files: Record<string, string>) => {
    const project = makeProject('project')
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project.directory, name), text)
    return project
  }

  test.each([
    ['requirements.txt', 'iniconfig==2.0.0\n'],
    ['pyproject.toml', '[project]\nname = "p"\nversion = "1"\ndependencies = ["iniconfig==2.0.0"]\n'],
  ])('creates a .venv and installs the packages of %s into it', async (name, text) => {
    using project = withProject({ [name]: text })
    const { exitCode, output } = await runCli(project.directory, ['setup', '--project'])
    expect(output).toContain(`Installed the packages of ${name} into .venv`)
    expect(output).toContain('a virtual environment')
    expect(output).toContain('Python is ready.')
    expect(exitCode).toBe(0)
    const [python] = readdirSync(join(project.directory, '.venv/lib')) as [string]
    const installed = readdirSync(join(project.directory, '.venv/lib', python, 'site-packages'))
    expect(installed).toContain('iniconfig')
    // The packages of the workers are in the cache.
    expect(installed).not.toContain('grpc')
  })

  test('a package that does not exist leaves no incomplete .venv', async () => {
    using project = withProject({ 'requirements.txt': './no-such-directory\n' })
    const { exitCode, output } = await runCli(project.directory, ['setup', '--project'])
    expect(output).toContain('PROJECT_INSTALL_FAILED')
    expect(output).toContain('no-such-directory')
    expect(exitCode).toBe(1)
    expect(readdirSync(project.directory)).toEqual(['requirements.txt'])
  })

  test('Ctrl-C leaves no incomplete .venv', async () => {
    using project = withProject({ 'requirements.txt': 'iniconfig\n' })
    const uv = script(join(project.directory, 'bin/uv'), 'mkdir .venv; exec sleep 60')
    const PATH = `${join(uv, '..')}:${process.env['PATH']}`
    const { child, ended } = startCli(project.directory, ['setup', '--project'], { PATH })
    const begun = () => existsSync(join(project.directory, '.venv'))
    await expect.poll(begun, { timeout: 30_000, message: 'the .venv to be begun' }).toBe(true)
    child.kill('SIGINT')
    const { exitCode, output } = await ended
    expect(output).toContain('(INTERRUPTED)')
    expect(exitCode).toBe(130)
    expect(begun()).toBe(false)
  })

  /** A uv that creates a real environment, and logs its begin and end, and when it has made the environment. */
  const slowUv = (directory: string, seconds: number) => {
    const say = (what: string) => `echo "${what} $PPID" >> ${directory}/log`
    const make = `if [ "$1" = venv ]; then ${basePython} -m venv --without-pip .venv; ${say('made')}; fi`
    // The packages of the workers are installed by pip.
    const own = 'case "$*" in *--target*) exit 1;; esac'
    return script(
      join(directory, 'bin/uv'),
      `${own}; ${say('begin')}; ${make}; sleep ${seconds}; ${say('end')}`,
    )
  }

  test('three concurrent setups use the .venv one after the other, and all succeed', async () => {
    using project = withProject({ 'requirements.txt': 'iniconfig\n' })
    const uv = slowUv(project.directory, 0.3)
    const runtime = mkdtempSync(join(tmpdir(), 'vp-'))
    const env = { PATH: `${join(uv, '..')}:${process.env['PATH']}`, XDG_RUNTIME_DIR: runtime }
    const all = await Promise.all([1, 2, 3].map(() => runCli(project.directory, ['setup', '--project'], env)))
    expect(all.map(({ exitCode, output }) => (exitCode === 0 ? '' : output))).toEqual(['', '', ''])
    const log = readFileSync(join(project.directory, 'log'), 'utf8').trim().split('\n')
    const users = log.map((line) => line.split(' ')[1])
    // No setup begins between the first and the last line of another one.
    expect(new Set(users).size).toBe(3)
    expect(users.filter((user, n) => user !== users[n - 1])).toHaveLength(3)
    rmSync(runtime, { recursive: true })
  })

  test('a setup that was killed does not block the next one', async () => {
    using project = withProject({ 'requirements.txt': 'iniconfig\n' })
    const uv = slowUv(project.directory, 20)
    const runtime = mkdtempSync(join(tmpdir(), 'vp-'))
    const env = { PATH: `${join(uv, '..')}:${process.env['PATH']}`, XDG_RUNTIME_DIR: runtime }
    const { child, ended } = startCli(project.directory, ['setup', '--project'], env)
    const log = () =>
      existsSync(join(project.directory, 'log')) ? readFileSync(join(project.directory, 'log'), 'utf8') : ''
    // uv outlives the setup, and must not write into the directory that is removed.
    await expect.poll(log, { timeout: 30_000, message: 'uv to make .venv' }).toContain('made')
    child.kill('SIGKILL')
    await ended
    slowUv(project.directory, 0)
    rmSync(join(project.directory, '.venv'), { recursive: true, force: true })
    const { exitCode, output } = await runCli(project.directory, ['setup', '--project'], env)
    expect(output).not.toContain('another process')
    expect(exitCode).toBe(0)
    rmSync(runtime, { recursive: true, force: true })
  })

  test('keeps an existing .venv even if the installation fails', async () => {
    using project = withProject({ 'requirements.txt': './no-such-directory\n' })
    makeVenv(join(project.directory, '.venv'), { pip: true })
    const { exitCode } = await runCli(project.directory, ['setup', '--project'])
    expect(exitCode).toBe(1)
    expect(existsSync(join(project.directory, '.venv/bin/python'))).toBe(true)
  })

  test('refuses a .venv that is the system’s Python', async () => {
    using project = withProject({ 'requirements.txt': 'iniconfig\n' })
    mkdirSync(join(project.directory, '.venv/bin'), { recursive: true })
    script(join(project.directory, '.venv/bin/python'), `exec ${basePython} "$@"`)
    chmodSync(join(project.directory, '.venv/bin/python'), 0o755)
    const { exitCode, output } = await runCli(project.directory, ['setup', '--project'])
    expect(output).toContain('PROJECT_ENVIRONMENT_UNUSABLE')
    expect(output).toContain("so the system's Python would be changed")
    expect(exitCode).toBe(1)
  })

  test('fails if there is nothing to install', async () => {
    using project = withProject({})
    const { exitCode, output } = await runCli(project.directory, ['setup', '--project'])
    expect(output).toContain('PROJECT_EMPTY')
    expect(exitCode).toBe(1)
  })
})
