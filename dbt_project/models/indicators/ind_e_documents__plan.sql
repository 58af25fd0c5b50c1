{{ indicator_as_reported("e_documents") }}
