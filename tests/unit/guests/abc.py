import abc


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self):
        ...


class Square(Shape):
    def area(self):
        return 4


try:
    Shape()
except TypeError as error:
    assert "abstract" in str(error)
else:
    raise AssertionError("an abstract class was made")
assert Square().area() == 4
Shape.register(int)
assert isinstance(3, Shape) and not isinstance("3", Shape)
