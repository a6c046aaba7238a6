#!/usr/bin/python3
"""Decimals to minor units and back, exactly or not at all."""

import decimal
import random
import unittest
from decimal import Decimal

import client_package  # noqa: F401
from skontro.amounts import (MINOR_UNITS_MAX, AmountError, from_minor_units,
                             to_minor_units)


class AmountsTest(unittest.TestCase):

    def test_an_amount_is_taken_exactly(self):
        for amount, decimals, minor in (
                ("720.50", 2, 72050), ("720.5", 2, 72050), ("720", 2, 72000),
                (720, 2, 72000), (Decimal("0.01"), 2, 1), ("-0.01", 2, -1),
                ("0.0001", 4, 1), ("12", 0, 12), (Decimal("1E+3"), 2, 100000),
                ("1.500", 2, 150), (Decimal("5.0"), 0, 5), ("0.00", 0, 0),
                (Decimal("0E+999"), 2, 0), (Decimal("-0"), 2, 0),
                ("10000000000000.00", 2, MINOR_UNITS_MAX)):
            with self.subTest(amount=amount, decimals=decimals):
                self.assertEqual(to_minor_units(amount, decimals), minor)

    def test_more_decimals_than_the_unit_has_are_refused(self):
        for amount, decimals in (("0.001", 2), ("0.5", 0), ("1.00001", 4),
                                 (Decimal("1E-3"), 2),
                                 (Decimal("1E-999999"), 2)):
            with self.subTest(amount=amount), self.assertRaisesRegex(
                    AmountError, "units: .* decimals"):
                to_minor_units(amount, decimals, "units")

    def test_what_is_no_number_is_refused(self):
        for text in ("", "-", "+1", "1,5", "1.", ".5", "1e3", " 1", "1 ",
                     "1_000", "NaN", "Infinity", "0x10", "\u0661", "1\n"):
            with self.subTest(text=text), self.assertRaises(AmountError):
                to_minor_units(text, 2)
        for number in (Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")):
            with self.subTest(number=number), self.assertRaises(AmountError):
                to_minor_units(number, 2)

    def test_a_float_is_refused_whatever_its_value(self):
        for value in (0.1, 5.0, 0.0, True, None, b"5"):
            with self.subTest(value=value), self.assertRaises(TypeError):
                to_minor_units(value, 2)

    def test_one_minor_unit_past_the_largest_amount_is_refused(self):
        for amount in ("10000000000000.01", "-10000000000000.01",
                       Decimal("1E+99999"), 10**40):
            with self.subTest(amount=amount), self.assertRaisesRegex(
                    AmountError, "largest"):
                to_minor_units(amount, 2)

    def test_the_callers_precision_changes_nothing(self):
        with decimal.localcontext() as context:
            context.prec = 3
            self.assertEqual(to_minor_units("123456789.01", 2), 12345678901)
            self.assertEqual(str(from_minor_units(12345678901, 2)),
                             "123456789.01")

    def test_there_and_back_is_the_same(self):
        dice = random.Random(7)
        for _ in range(2000):
            minor = dice.randint(-MINOR_UNITS_MAX, MINOR_UNITS_MAX)
            decimals = dice.randint(0, 4)
            amount = from_minor_units(minor, decimals)
            self.assertEqual(to_minor_units(amount, decimals), minor)
            self.assertEqual(to_minor_units(str(amount), decimals), minor)
        self.assertEqual(str(from_minor_units(-5, 2)), "-0.05")
        self.assertEqual(str(from_minor_units(0, 2)), "0.00")


if __name__ == "__main__":
    unittest.main()
