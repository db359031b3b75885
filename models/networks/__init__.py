"""What each network is made of. Imported late: these modules import Keras."""
