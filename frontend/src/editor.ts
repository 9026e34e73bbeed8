/** CodeMirror over a text area, which goes on holding the text. Loaded when needed. */

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import type { Field } from "./field";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: tags.comment, color: "var(--ink-soft)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: [tags.definition(tags.variableName), tags.function(tags.variableName)], fontWeight: "600" },
]);

const look = EditorView.theme({
  "&": { border: "1px solid var(--edge)", borderRadius: "var(--corner)", backgroundColor: "var(--surface)", color: "var(--ink)" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "0" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "0.88rem", lineHeight: "1.5", minHeight: "18rem", maxHeight: "70vh" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "var(--active-line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-wash)", outline: "1px solid var(--edge)" },
});

export class CodeField implements Field {
  private readonly locked = new Compartment();
  private readonly view: EditorView;
  private isPlain = false;

  constructor(
    private readonly area: HTMLTextAreaElement,
    label: string,
    describedBy: string,
    private readonly onChange: () => void,
    nonce: string,
  ) {
    this.view = new EditorView({
      state: EditorState.create({
        doc: area.value,
        extensions: [
          EditorView.cspNonce.of(nonce),
          this.locked.of([]),
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          indentOnInput(),
          bracketMatching(),
          indentUnit.of("    "),
          EditorState.tabSize.of(4),
          python(),
          syntaxHighlighting(colours),
          look,
          keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
          EditorView.contentAttributes.of({
            "aria-label": label,
            ...(describedBy ? { "aria-describedby": describedBy } : {}),
            spellcheck: "false",
            autocapitalize: "off",
            translate: "no",
            tabindex: "0", // what scrolls can be reached by keyboard
          }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || this.isPlain) return;
            this.area.value = update.state.doc.toString();
            this.onChange();
          }),
        ],
      }),
    });
    area.before(this.view.dom);
    area.hidden = true;
    area.addEventListener("input", () => {
      if (this.isPlain) onChange();
    });
  }

  get plain(): boolean {
    return this.isPlain;
  }

  /** Show the text area alone, or the editor again with what it then holds. */
  usePlain(plain: boolean): void {
    if (plain === this.isPlain) return;
    if (!plain) this.replace(this.area.value);
    this.isPlain = plain;
    this.view.dom.hidden = plain;
    this.area.hidden = !plain;
  }

  text(): string {
    return this.area.value;
  }

  set(text: string): void {
    this.area.value = text;
    if (!this.isPlain) this.replace(text);
  }

  readOnly(on: boolean): void {
    this.area.readOnly = on;
    this.view.dispatch({
      effects: this.locked.reconfigure(on ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : []),
    });
  }

  focus(): void {
    if (this.isPlain) this.area.focus();
    else this.view.focus();
  }

  private replace(text: string): void {
    if (text === this.view.state.doc.toString()) return;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }
}
