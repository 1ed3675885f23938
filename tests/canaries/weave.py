"""Weaves changes into a source, each behind a switch, so that one build holds them all and a test turns one on.

`a == b` becomes `(if on(7) { a != b } else { a == b })`, a body begins with `if on(8) { return true; }`, and an arm of a match gets a
guard. What stands behind a switch is between comments that bear its number: a place that does not compile names the change to leave out.
"""

import collections
import re

import tree_sitter
import tree_sitter_rust

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))
MARK = re.compile(rb"/\*<(\d+)\*/|/\*(\d+)>\*/")
OPERATIONS = ("binary_expression", "compound_assignment_expr")


def switch(number):
    return f"/*<{number}*/::mutant_switch::on({number})/*{number}>*/"


def behind(number, text):
    return f"/*<{number}*/{text}/*{number}>*/"


def behind_which(woven, place):
    """The changes that a byte of a woven source is behind, the innermost last."""
    stack = []
    for mark in MARK.finditer(woven):
        if mark.start() > place:
            break
        if mark.group(1):
            stack.append(int(mark.group(1)))
        elif mark.end() <= place:
            stack.pop()
    return stack


def is_constant(function):
    return any(child.type == "function_modifiers" and b"const" in child.text for child in function.children)


class Source:
    """A file of Rust with the changes that fit into it.

    A function that constants are made of is in `constant`, by its name, and gets none; every other `const fn` becomes a `fn`.
    """

    def __init__(self, text, constant):
        self.bytes = text.encode()
        self.constant = constant
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line.encode()) + 1)
        self.root = PARSER.parse(self.bytes).root_node
        self.changes = collections.defaultdict(list)

    def put(self, number, change):
        """Whether there is a place for it."""
        start, end = (self.offset(change["span"][edge]) for edge in ("start", "end"))
        node = self.root.descendant_for_byte_range(start, max(start, end - 1))
        while node is not None and not self.holds(node, change["genre"], start):
            node = node.parent
        if node is None or self.is_in_a_constant(node):
            return False
        self.changes[node.id].append((number, change, start))
        return True

    def offset(self, place):
        line = place["line"] - 1
        return self.starts[line] + len(self.lines[line][: place["column"] - 1].encode())

    @staticmethod
    def holds(node, genre, start):
        if genre == "FnValue":
            return node.type == "block" and node.parent.type == "function_item"
        if genre == "BinaryOperator":
            return node.type in OPERATIONS and any(child.start_byte == start for child in node.children)
        if genre == "UnaryOperator":
            return node.type == "unary_expression" and node.start_byte == start
        if genre in ("MatchArm", "MatchArmGuard"):
            return node.type == "match_arm"
        return genre == "StructField" and node.type == "struct_expression"

    def is_in_a_constant(self, node):
        while node is not None:
            if node.type == "function_item" and is_constant(node):
                return node.child_by_field_name("name").text.decode() in self.constant
            node = node.parent
        return False

    def woven(self):
        return self.bytes[: self.root.start_byte].decode() + self.render(self.root) + self.bytes[self.root.end_byte :].decode()

    def render(self, node):
        if node.type == "function_modifiers" and is_constant(node.parent):
            name = node.parent.child_by_field_name("name").text.decode()
            return node.text.decode() if name in self.constant else node.text.decode().replace("const", "")
        changes = self.changes.get(node.id)
        if not changes:
            return self.between(node, node.start_byte, node.end_byte)
        if node.type == "block":
            return self.body(node, changes)
        if node.type in OPERATIONS:
            return self.operation(node, changes)
        if node.type == "unary_expression":
            return self.unary(node, changes)
        if node.type == "match_arm":
            return self.arm(node, changes)
        return self.structure(node, changes)

    def between(self, node, start, end):
        """What there is of a node's children from a byte to another, with the changes in them."""
        parts, at = [], start
        for child in node.children:
            if child.start_byte >= start and child.end_byte <= end:
                parts += [self.bytes[at : child.start_byte].decode(), self.render(child)]
                at = child.end_byte
        return "".join(parts) + self.bytes[at:end].decode()

    def body(self, node, changes):
        early = "".join(f" if {switch(number)} {{ {behind(number, 'return ' + change['replacement'])}; }}" for number, change, _ in changes)
        return "{" + early + self.between(node, node.start_byte, node.end_byte)[1:]

    def operation(self, node, changes):
        operator = next(child for child in node.children if child.start_byte == changes[0][2])
        left = self.between(node, node.start_byte, operator.start_byte)
        right = self.between(node, operator.end_byte, node.end_byte)
        others = "".join(
            f"if {switch(number)} {{ {behind(number, left + change['replacement'] + ' ' + right)} }} else " for number, change, _ in changes
        )
        return f"({others}{{ {left}{operator.text.decode()}{right} }})"

    def unary(self, node, changes):
        number = changes[0][0]
        whole = self.between(node, node.start_byte, node.end_byte)
        bare = self.between(node, node.children[0].end_byte, node.end_byte)
        return f"(if {switch(number)} {{ {behind(number, bare)} }} else {{ {whole} }})"

    def arm(self, node, changes):
        pattern = node.child_by_field_name("pattern")
        condition = pattern.child_by_field_name("condition")
        if condition is not None and condition.type in ("let_chain", "let_condition"):
            return self.between(node, node.start_byte, node.end_byte)
        guards = [
            f"!{switch(number)}" for number, change, _ in changes if change["genre"] == "MatchArm" or change["replacement"] == "false"
        ]
        always = [switch(number) for number, change, _ in changes if change["genre"] == "MatchArmGuard" and change["replacement"] == "true"]
        matched = self.render(pattern)
        if condition is not None:
            mark = next(child for child in pattern.children if child.type == "if")
            matched = self.bytes[pattern.start_byte : mark.start_byte].decode()
            guards.append("(" + " || ".join([*always, f"({self.render(condition)})"]) + ")")
        head = self.bytes[node.start_byte : pattern.start_byte].decode()
        return f"{head}{matched} if {' && '.join(guards)} {self.between(node, pattern.end_byte, node.end_byte)}"

    def structure(self, node, changes):
        fields = next(child for child in node.children if child.type == "field_initializer_list")
        name = self.bytes[node.start_byte : fields.start_byte].decode()
        others = ""
        for number, _, start in changes:
            others_of_it = [field for field in fields.named_children if not field.start_byte <= start < field.end_byte]
            kept = [self.render(field) for field in others_of_it if "comment" not in field.type]
            others += f"if {switch(number)} {{ {behind(number, name + '{ ' + ', '.join(kept) + ' }')} }} else "
        return f"({others}{{ {self.between(node, node.start_byte, node.end_byte)} }})"
