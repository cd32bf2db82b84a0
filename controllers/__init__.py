"""OpenFlow apps in the Ryu app model, each a thin shim over ``twin.control``; ``controllers.launch`` runs them."""
