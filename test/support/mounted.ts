/** Mount namespaces exist on Linux only, and only root is certain to be permitted to mount. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0

/**
 * A prefix for a command, which then sees an empty file system of its own at `directory`.
 *
 * @param directory in shell syntax, so it may be `"$XDG_RUNTIME_DIR"`
 * @param options of mount(8)
 */
export function mounted(directory: string, options: string): string[] {
  const script = `mkdir -p ${directory} && mount -t tmpfs -o ${options} none ${directory} && exec "$@"`
  return ['unshare', '--mount', 'sh', '-c', script, 'sh']
}
