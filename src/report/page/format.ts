/** "0.42 ms", "12 ms", "1.24 s", "2 min 5 s". */
export function duration(ms: number): string {
  const size = Math.abs(ms)
  if (size < 10) return `${trimmed(ms, size < 1 ? 2 : 1)} ms`
  if (size < 1000) return `${Math.round(ms)} ms`
  if (size < 60_000) return `${trimmed(ms / 1000, size < 10_000 ? 2 : 1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** "48.2 MB". */
export function memory(bytes: number): string {
  if (bytes >= 1e9) return `${trimmed(bytes / 1e9, 2)} GB`
  return `${trimmed(bytes / 1e6, bytes < 1e8 ? 1 : 0)} MB`
}

/** "1 worker", "3 workers". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`
}

/** Labels of an axis that all have the same unit. */
export function axisLabel(ms: number, step: number): string {
  if (step >= 1000) return `${trimmed(ms / 1000, 1)} s`
  if (step >= 10) return ms >= 1000 ? `${(ms / 1000).toFixed(step >= 100 ? 1 : 2)} s` : `${Math.round(ms)} ms`
  return `${trimmed(ms, step >= 1 ? 0 : step >= 0.1 ? 1 : 2)} ms`
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
