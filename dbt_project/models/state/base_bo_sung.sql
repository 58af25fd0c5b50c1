{{ child_disposition("bo_sung") }}
