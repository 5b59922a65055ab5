/** Mount namespaces are Linux's, and only root may mount there for sure. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0

/**
 * Words to put in front of a command, which then finds an empty file system of its own at `directory`.
 *
 * @param directory as a shell takes it, so that it may be `"$XDG_RUNTIME_DIR"`
 * @param options of mount(8)
 */
export function mounted(directory: string, options: string): string[] {
  const script = `mkdir -p ${directory} && mount -t tmpfs -o ${options} none ${directory} && exec "$@"`
  return ['unshare', '--mount', 'sh', '-c', script, 'sh']
}
