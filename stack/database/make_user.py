"""Makes a user of the database in a folder that no server has open, or gives it another password.

Without a server: one that takes everybody would have to run for it, if only for a moment. What it is called and its
password are in the environment, which only the owner of a process reads.
"""

import os
import sys

from secantus.auth import SCRAM_SHA_256, derive_credentials
from secantus.storage import Storage

user = os.environ["DATABASE_USER"]
credentials = derive_credentials(os.environ["DATABASE_PASSWORD"], mechanism=SCRAM_SHA_256)
storage = Storage(sys.argv[1], sync_on_commit=True)
try:
    storage.add_user(
        "admin",
        user,
        {
            "_id": f"admin.{user}",
            "user": user,
            "db": "admin",
            "credentials": credentials.to_doc(),
            "roles": [
                {"role": "readWriteAnyDatabase", "db": "admin"},
                {"role": "dbAdminAnyDatabase", "db": "admin"},
            ],
            "mechanisms": [SCRAM_SHA_256],
        },
        replace=True,
    )
finally:
    storage.close()
