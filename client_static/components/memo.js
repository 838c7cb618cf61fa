// Renders a component again only when one of its properties changed, or a signal that it reads. With sixty questions on
// the board, one change must not cost sixty rows.
import { Component, h } from 'preact'

export function memo(component) {
  class Kept extends Component {
    shouldComponentUpdate(next) {
      const names = new Set([...Object.keys(next), ...Object.keys(this.props)])
      return [...names].some((name) => next[name] !== this.props[name])
    }

    render(props) {
      return h(component, props)
    }
  }
  Kept.displayName = component.name
  return Kept
}
