"""Laws that every plug-in must keep, and the data to try them on: public, for third parties' test suites.

``from vedette.testing import laws`` and, for a summary of one's own::

    @pytest.mark.parametrize("law", laws.LAWS)
    def test_my_summary(law):
        laws.check(MySummary, law)
"""
