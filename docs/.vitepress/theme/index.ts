import DefaultTheme from 'vitepress/theme'
import { MermaidDiagram } from './mermaidDiagram.ts'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('MermaidDiagram', MermaidDiagram)
  },
} satisfies import('vitepress').Theme
