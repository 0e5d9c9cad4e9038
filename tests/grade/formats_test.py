"""immure grade --format: what each system documents, and, where its own
package is installed (otter-grader, nbgrader, junitparser), what that reads."""

import importlib.util
import json
import sys
import unittest
import xml.etree.ElementTree as tree

from common import RIGHT, GradeCase

TESTS = '''
import unittest
@points(2)
def test_square(): assert student.square(3) == 9
@points(3)
def test_part(): return 1.2
@hidden
def test_hidden(): assert student.square(2) == 5, "secret"
@hidden
@points(0.5)
def test_hidden_right(): assert student.square(2) == 4
def test_error(): student.nothing()
class TestMore(unittest.TestCase):
    @unittest.skip("not today")
    def test_skipped(self): pass
def test_text():
    student.say()
    assert output() == "", "\\x01<&\\"'>\\uffff\\u20ac]]>\\n" + output()
'''

STUDENT = RIGHT + '''
def say(): print("\\x02<b>\\ufffe", "\\u20ac")
'''

NAMES = ["test_square", "test_part", "test_hidden", "test_hidden_right",
         "test_error", "TestMore.test_skipped", "test_text"]
POINTS = [2, 1.2, 0, 0.5, 0, 0, 0]
MAX = [2, 3, 1, 0.5, 1, 1, 1]
HIDDEN = NAMES[2:4]


def have(name):
    return importlib.util.find_spec(name) is not None


def number(value):
    return type(value) in (int, float)


class Formats(GradeCase):
    def form(self, name, student=STUDENT, tests=TESTS):
        text = self.grade(student, tests, "--format", name)
        if name != "json":
            self.assertNotIn("secret", text)
        return text

    def test_json(self):
        result = json.loads(self.form("json"))
        self.assertEqual(sorted(result), ["id", "max", "score", "signature",
                                          "student", "tests"])
        self.assertEqual([t["points"] for t in result["tests"]], POINTS)
        self.assertEqual([t["max"] for t in result["tests"]], MAX)
        self.assertEqual((result["score"], result["max"]), (3.7, 9.5))
        for test in result["tests"]:
            self.assertEqual(sorted(test), [
                "hidden", "max", "message", "ms", "name", "output", "passed",
                "points", "verdict"])
            self.assertIs(type(test["ms"]), int)

    def test_gradescope(self):
        result = json.loads(self.form("gradescope"))
        # gradescope-autograders.readthedocs.io: Autograder Specifications.
        self.assertLessEqual(set(result), {
            "score", "execution_time", "output", "output_format",
            "test_output_format", "test_name_format", "visibility",
            "stdout_visibility", "extra_data", "tests", "leaderboard"})
        self.assertEqual(result["score"], 3.7)
        self.assertTrue(number(result["execution_time"]))
        states = ("hidden", "after_due_date", "after_published", "visible")
        self.assertIn(result["stdout_visibility"], states)
        for test, name, points, most in zip(result["tests"], NAMES, POINTS,
                                            MAX):
            self.assertLessEqual(set(test), {
                "score", "max_score", "status", "name", "name_format",
                "number", "output", "output_format", "tags", "visibility",
                "extra_data"})
            self.assertEqual((test["name"], test["score"], test["max_score"]),
                             (name, points, most))
            self.assertEqual(test["visibility"], "hidden" if name in HIDDEN
                             else "visible")
            self.assertEqual(test["status"],
                             "passed" if points == most else "failed")
            self.assertEqual(test["output_format"], "text")

    def test_prairielearn(self):
        result = json.loads(self.form("prairielearn"))
        # Its docs, External grading: results.json.
        self.assertIs(result["gradable"], True)
        self.assertAlmostEqual(result["score"], 3.7 / 9.5)
        for test, name, points, most in zip(result["tests"], NAMES, POINTS,
                                            MAX):
            self.assertLessEqual(set(test), {
                "name", "description", "points", "max_points", "message",
                "output", "images"})
            self.assertEqual((test["name"], test["points"],
                              test["max_points"]), (name, points, most))

    def test_prairielearn_takes_a_megabyte(self):
        tests = "".join("def test_%d():\n    student.f()\n    assert 0, 'x' + "
                        "'\\u20ac' * 4000\n" % n for n in range(200))
        text = self.grade("def f(): print('\\u20ac' * 5000)", tests,
                          "--format", "prairielearn")
        self.assertLessEqual(len(text.encode()), 1 << 20)
        result = json.loads(text)
        self.assertEqual(len(result["tests"]), 200)
        self.assertGreater(len(result["tests"][0]["message"]), 100)

    def test_otter(self):
        text = self.form("otter")
        result = json.loads(text)
        self.assertEqual((result["total"], result["possible"]), (3.7, 9.5))
        self.assertEqual([f["filename"] for f in result["test_file_results"]],
                         [name + ".py" for name in NAMES])

    @unittest.skipUnless(have("otter"), "no otter-grader")
    def test_otter_reads_it(self):
        from otter.test_files import GradingResults
        read = GradingResults.from_ottr_json(self.form("otter"))
        self.assertAlmostEqual(read.total, 3.7)
        self.assertAlmostEqual(read.possible, 9.5)
        self.assertEqual(read.test_files, NAMES)
        for name, points, most in zip(NAMES, POINTS, MAX):
            self.assertAlmostEqual(read.get_score(name), points)
            file = read.get_result(name)
            self.assertAlmostEqual(file.possible, most)
            self.assertEqual(file.passed_all, points == most)
            self.assertEqual(file.all_public, name not in HIDDEN)
            json.dumps(file.to_dict())
            file.summary()

    def test_nbgrader(self):
        result = json.loads(self.form("nbgrader"))
        self.assertEqual((result["score"], result["max_score"],
                          result["student"], result["name"]),
                         (3.7, 9.5, "s", "tests"))
        self.assertEqual([g["auto_score"] for g in result["grades"]], POINTS)

    @unittest.skipUnless(have("nbgrader"), "no nbgrader")
    def test_nbgrader_takes_it(self):
        from nbgrader.api import Gradebook
        result = json.loads(self.form("nbgrader"))
        with Gradebook("sqlite:///:memory:") as book:
            book.add_assignment(result["name"])
            for grade in result["grades"]:
                book.update_or_create_notebook(grade["notebook"],
                                               grade["assignment"])
                book.add_grade_cell(grade["name"], grade["notebook"],
                                    grade["assignment"],
                                    max_score=grade["max_score"],
                                    cell_type=grade["cell_type"])
            book.add_student(result["student"])
            made = book.add_submission(result["name"], result["student"])
            for grade in result["grades"]:
                cell = book.find_grade(grade["name"], grade["notebook"],
                                       grade["assignment"], grade["student"])
                cell.auto_score = grade["auto_score"]
                cell.needs_manual_grade = grade["needs_manual_grade"]
            book.db.commit()
            self.assertAlmostEqual(made.score, result["score"])
            self.assertLessEqual(
                set(result) - {"grades"}, set(made.to_dict()))
            for grade in result["grades"]:
                cell = book.find_grade(grade["name"], grade["notebook"],
                                       grade["assignment"], grade["student"])
                of_theirs = cell.to_dict()
                self.assertLessEqual(set(grade) - {"comment"}, set(of_theirs))
                for key in ("name", "notebook", "assignment", "student",
                            "auto_score", "manual_score", "max_score",
                            "failed_tests", "cell_type"):
                    self.assertEqual(grade[key], of_theirs[key], key)

    def test_junit(self):
        text = self.form("junit")
        suite = tree.fromstring(text)
        self.assertEqual(suite.tag, "testsuite")
        self.assertEqual({key: suite.get(key) for key in (
            "name", "tests", "failures", "errors", "skipped")},
            {"name": "s.py", "tests": "7", "failures": "3", "errors": "1",
             "skipped": "1"})
        cases = {case.get("name"): case for case in suite}
        self.assertEqual(list(cases), NAMES)
        for name, child in (("test_square", None), ("test_part", "failure"),
                            ("test_hidden", "failure"),
                            ("test_hidden_right", None),
                            ("test_error", "error"),
                            ("TestMore.test_skipped", "skipped"),
                            ("test_text", "failure")):
            case = cases[name]
            self.assertEqual([part.tag for part in case],
                             [child] if child else [], name)
            self.assertEqual(case.get("classname"), "s.py")
            self.assertGreaterEqual(float(case.get("time")), 0)
        self.assertEqual(cases["test_part"][0].get("message"),
                         "1.2 of 3 points")
        self.assertEqual(cases["test_text"][0].text,
                         "<&\"'>\u20ac]]>\n<b> \u20ac\n")

    @unittest.skipUnless(have("junitparser"), "no junitparser")
    def test_junitparser_reads_it(self):
        import junitparser
        suite = junitparser.TestSuite.fromstring(self.form("junit"))
        self.assertEqual((suite.tests, suite.failures, suite.errors,
                          suite.skipped), (7, 3, 1, 1))
        self.assertEqual([c.is_passed for c in suite],
                         [p == m for p, m in zip(POINTS, MAX)])

    def test_points(self):
        self.assertEqual(self.grade(STUDENT, TESTS, "--points"), "3.7/9.5\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
