import type { Row } from './figure.ts'

/** Colors that are legible on GitHub's page in each of its themes. */
const THEMES = {
  light: { text: '#1f2328', bar: '#8c959f', own: '#0969da' },
  dark: { text: '#e6edf3', bar: '#6e7681', own: '#4493f8' },
} as const

export type Theme = keyof typeof THEMES
export const themes: readonly Theme[] = ['light', 'dark']

const WIDTH = 760
const LINE = 30
const LABELS = 330
const BARS = WIDTH - LABELS - 70
const FONT = '13px system-ui, -apple-system, Segoe UI, sans-serif'

/**
 * Draws the figure of rows that share it, and their baselines, as bars.
 *
 * @param own the label of the figure
 * @returns the text of an SVG file
 */
export function chartOf(rows: readonly Row[], own: string, theme: Theme): string {
  const [first] = rows
  if (!first) throw new Error('There is nothing to draw: measure P11.')
  const { text, bar, own: accent } = THEMES[theme]
  const others = rows.flatMap(({ baseline }) => baseline ?? [])
  const bars = [{ what: own, figure: first.figure }, ...others].sort((a, b) => a.figure - b.figure)
  const longest = Math.max(...bars.map(({ figure }) => figure))
  const lines = bars.map(({ what, figure }, index) => {
    const y = index * LINE
    const width = Math.max(2, Math.round((figure / longest) * BARS))
    const seconds = `${(figure / 1_000).toFixed(figure < 100_000 ? 1 : 0)} s`
    return [
      `<text x="${LABELS - 10}" y="${y + 20}" text-anchor="end">${what}</text>`,
      `<rect x="${LABELS}" y="${y + 6}" width="${width}" height="20" rx="3" fill="${what === own ? accent : bar}"/>`,
      `<text x="${LABELS + width + 8}" y="${y + 20}">${seconds}</text>`,
    ].join('')
  })
  const height = bars.length * LINE + 4
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${first.what}: ${bars.map(({ what, figure }) => `${what} ${(figure / 1_000).toFixed(1)} s`).join('; ')}</title>`,
    `<g fill="${text}" style="font: ${FONT}">`,
    ...lines,
    '</g></svg>',
    '',
  ].join('\n')
}
