"""The passes: values forward, local partials, tangents forward, adjoints backward."""
