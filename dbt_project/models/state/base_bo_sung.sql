{{ disposition("bo_sung") }}
