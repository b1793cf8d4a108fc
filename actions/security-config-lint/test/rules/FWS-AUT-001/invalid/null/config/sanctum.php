<?php

return [
    'expiration' => null,
];
