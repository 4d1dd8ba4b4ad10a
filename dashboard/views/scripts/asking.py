"""JavaScript that gives a question to the server a time limit.

Where the server is gone Gradio answers with nothing, and where it hangs, or something between it
and the page does, with nothing ever. Stands in a block of its own; the name is ``const``, since a
plain function would leak out of the block.
"""

SCRIPT = """
// What a question is answered with, or an error after so many milliseconds.
const inTime = (question, most) => {
  let clock = 0;
  const late = new Promise((_, fail) => {
    clock = setTimeout(() => fail(new Error('no answer in time')), most);
  });
  return Promise.race([question, late]).finally(() => clearTimeout(clock));
};
"""
