/** The part of `process.permission` that is used here. Node 20 has it behind `--experimental-permission`. */
interface Permission {
  has(scope: string): boolean
}

/** Settings around this process that keep every interpreter from working, as sentences for an error. */
export function surroundings(
  env: NodeJS.ProcessEnv,
  permission: Permission | undefined = (process as { permission?: Permission }).permission,
): string[] {
  const found: string[] = []
  if (env['PYTHONHOME'])
    found.push(
      `PYTHONHOME is set to ${env['PYTHONHOME']}, so every interpreter loads its standard library from there. ` +
        'Unset it, unless it belongs to the Python that you mean.',
    )
  if (permission && !permission.has('child'))
    found.push(
      "Node's permission model is on and forbids child processes, and Python is one. " +
        'Start Node with --allow-child-process.',
    )
  return found
}
