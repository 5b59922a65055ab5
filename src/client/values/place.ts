import { Step } from './valueEncoder.ts'

const LONGEST = 120

/** The place of a value in a sentence, shortened in the middle: `args.items[3].name`. */
export function placeOf(root: string, keys: readonly unknown[]): string {
  const place = root + keys.map(stepOf).join('')
  if (place.length <= LONGEST) return place
  return `${place.slice(0, LONGEST / 2)}…${place.slice(-LONGEST / 2)}`
}

function stepOf(key: unknown): string {
  if (key instanceof Step) return key.text
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`
}
